import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { toBase64url } from '@suffrage/contracts/bytes';
import { electionId } from '@suffrage/contracts/election';
import type { ResultsDocument } from '@suffrage/contracts/official';
import { readResultsKey, type ResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { statementHash } from '@suffrage/contracts/signed-statement';
import { list, loadConfig, secretFile } from '@suffrage/runtime/config';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { databaseTls } from '@suffrage/runtime/postgres/access';
import { openPool } from '@suffrage/runtime/postgres/pool';
import { databaseTlsSettings } from '@suffrage/runtime/tls/settings';
import { z } from 'zod';
import { createStatementStore, type StatementStore } from './official/statement-store.ts';

const usage = `Puts a signed statement beside the official results of an election: which audit report there is.

  node services/aggregator/src/publish-audit.ts --election ID --report out/audit.json

  --auditor FILE   the public key (PEM) that the auditor has given you: a report that another key has signed is refused
  --unbalanced     name a report that does not balance as well; everybody sees that it does not

The report must be signed by its auditor (make audit KEY=auditor.pem): FILE.sig lies beside it. Who an auditor is can't be
seen from a key: compare the one that is printed. A later report is shown instead, and the earlier ones are kept.
Settings: SUFFRAGE_VOTES_DATABASES_FILE and SUFFRAGE_RESULTS_KEY_FILE, as for the aggregator.
`;

const settings = {
  SUFFRAGE_VOTES_DATABASES_FILE: secretFile.pipe(list),
  SUFFRAGE_RESULTS_KEY_FILE: secretFile,
  ...databaseTlsSettings,
};

/** What is needed of a report; the rest is the auditor's. */
const reportSchema = z.object({
  /** Public key, PEM. */
  auditor: z.string(),
  balances: z.boolean(),
  votes: z.record(z.string(), z.int()),
});

/** @throws Error when the report is not signed by the auditor that it names, or that is not the one expected. */
function readReport(file: string, expected: KeyObject | undefined) {
  const bytes = readFileSync(file);
  const signature = readFileSync(`${file}.sig`);
  const report = reportSchema.parse(JSON.parse(bytes.toString('utf8')));
  const key = createPublicKey(report.auditor);
  if (!verify(null, bytes, key, signature)) throw new Error(`${file} is not signed by the auditor it names`);
  if (expected && !key.equals(expected))
    throw new Error(`${file} is signed by another auditor than the one of --auditor`);
  return {
    ...report,
    auditor: toBase64url(key.export({ format: 'der', type: 'spki' })),
    report: toBase64url(hash('sha256', bytes, 'buffer')),
    auditorSignature: toBase64url(signature),
  };
}

type Report = ReturnType<typeof readReport>;

/** Adds the report to those named on the election's results. @returns its number; a report that is named already keeps its. */
async function name(
  statements: StatementStore,
  key: ResultsKey,
  results: ResultsDocument,
  report: Report,
): Promise<number> {
  const id = results.electionId;
  if (report.votes[id] !== results.counted)
    throw new Error(`the report has ${report.votes[id] ?? 0} counted votes, the results ${results.counted}`);
  const named = await statements.addenda(id);
  const same = named.find(addendum => addendum.report === report.report);
  if (same) return same.number ?? 1;
  const number = named.length + 1;
  await statements.add(
    signStatement(key, {
      kind: 'audit-addendum',
      electionId: id,
      ...(number === 1 ? {} : { number }),
      statedAt: new Date().toISOString(),
      results: statementHash(results),
      report: report.report,
      auditor: report.auditor,
      auditorSignature: report.auditorSignature,
      balances: report.balances,
    }),
  );
  return number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      election: { type: 'string' },
      report: { type: 'string' },
      auditor: { type: 'string' },
      unbalanced: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.election === undefined || values.report === undefined) {
    process.stdout.write(usage);
    if (!values.help) process.exitCode = 2;
    return;
  }
  const config = loadConfig(settings);
  const id = electionId.parse(values.election);
  const expected = values.auditor === undefined ? undefined : createPublicKey(readFileSync(values.auditor));
  const report = readReport(values.report, expected);
  if (!report.balances && !values.unbalanced)
    throw new Error(
      `${values.report} says that it does not balance: name it with --unbalanced, if it is to be named`,
    );
  const log = createLog('publish-audit', 'publish-audit', 'warn');
  const lifecycle = createLifecycle(log);
  try {
    const [url = ''] = config.SUFFRAGE_VOTES_DATABASES_FILE;
    const access = { url, tls: databaseTls(config, log), application: 'publish-audit', max: 1 };
    const statements = createStatementStore(openPool({ ...access, statementMillis: 5_000 }, log, lifecycle));
    const results = await statements.find(id, 'results');
    if (!results) throw new Error(`the results of ${id} are not stated yet`);
    const number = await name(statements, readResultsKey(config.SUFFRAGE_RESULTS_KEY_FILE), results, report);
    process.stdout.write(
      `Report ${report.report} on ${id}, number ${number}, signed with the key ${report.auditor}: GET /v1/elections/${id}/results/official\n`,
    );
  } finally {
    await lifecycle.close();
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(
    `The report could not be published: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 2;
});
