import { createPublicKey, hash, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { toBase64url } from '@suffrage/contracts/bytes';
import { electionId } from '@suffrage/contracts/election';
import { readResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { statementHash } from '@suffrage/contracts/signed-statement';
import { list, loadConfig, secretFile } from '@suffrage/runtime/config';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { databaseTls } from '@suffrage/runtime/postgres/access';
import { openPool } from '@suffrage/runtime/postgres/pool';
import { databaseTlsSettings } from '@suffrage/runtime/tls/settings';
import { z } from 'zod';
import { createStatementStore } from './official/statement-store.ts';

const usage = `Puts a signed statement beside the official results of an election: which audit report there is.

  node services/aggregator/src/publish-audit.ts --election ID --report out/audit.json

The report must be signed by its auditor (make audit KEY=auditor.pem): FILE.sig lies beside it. Once per election.
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

/** @throws Error when the report is not signed by the auditor that it names. */
function readReport(file: string) {
  const bytes = readFileSync(file);
  const signature = readFileSync(`${file}.sig`);
  const report = reportSchema.parse(JSON.parse(bytes.toString('utf8')));
  const key = createPublicKey(report.auditor);
  if (!verify(null, bytes, key, signature)) throw new Error(`${file} is not signed by the auditor it names`);
  return {
    ...report,
    auditor: toBase64url(key.export({ format: 'der', type: 'spki' })),
    report: toBase64url(hash('sha256', bytes, 'buffer')),
    auditorSignature: toBase64url(signature),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      election: { type: 'string' },
      report: { type: 'string' },
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
  const { auditor, auditorSignature, report, balances, votes } = readReport(values.report);
  const log = createLog('publish-audit', 'publish-audit', 'warn');
  const lifecycle = createLifecycle(log);
  try {
    const [url = ''] = config.SUFFRAGE_VOTES_DATABASES_FILE;
    const statements = createStatementStore(
      openPool(
        { url, tls: databaseTls(config, log), application: 'publish-audit', max: 1, statementMillis: 5_000 },
        log,
        lifecycle,
      ),
    );
    const results = await statements.find(id, 'results');
    if (!results) throw new Error(`the results of ${id} are not stated yet`);
    if (votes[id] !== results.counted)
      throw new Error(`the report has ${votes[id] ?? 0} counted votes, the results ${results.counted}`);
    const addendum = signStatement(readResultsKey(config.SUFFRAGE_RESULTS_KEY_FILE), {
      kind: 'audit-addendum',
      electionId: id,
      statedAt: new Date().toISOString(),
      results: statementHash(results),
      report,
      auditor,
      auditorSignature,
      balances,
    });
    const kept = await statements.keep('audit-addendum', addendum);
    if (kept.report !== report) throw new Error(`there is another report on ${id} already: ${kept.report}`);
    process.stdout.write(`Report ${report} on ${id}: GET /v1/elections/${id}/results/addendum\n`);
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
