import { execFile } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AuditReport } from '@suffrage/audit/report';
import { readAuditorKey, signatureFile, writeReport } from '@suffrage/audit/sign-report';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { officialResultsSchema } from '@suffrage/contracts/official';
import { checkStatement, statementHash } from '@suffrage/contracts/signed-statement';
import { repositoryDirectory } from '@suffrage/stack/paths';
import type { SecretFiles } from '@suffrage/stack/secrets';
import type { Check } from './check.ts';

const COMMAND = join(repositoryDirectory, 'services/aggregator/src/publish-audit.ts');

/** The auditor signs the report, the operator names it beside the results. What is wrong with it shows later. */
export async function publishAudit(
  file: string,
  report: AuditReport,
  electionId: string,
  secrets: SecretFiles,
): Promise<void> {
  writeReport(file, report, readAuditorKey(secrets.auditorKey));
  const asked = ['--election', electionId, '--report', file, '--auditor', secrets.auditorPublicKey];
  await promisify(execFile)(process.execPath, [COMMAND, ...asked, '--unbalanced'], {
    env: {
      SUFFRAGE_VOTES_DATABASES_FILE: secrets.votesDatabases,
      SUFFRAGE_RESULTS_KEY_FILE: secrets.resultsKey,
    },
  });
}

/** Whether who asks once for the official results sees this report, whole and signed by the auditor and the operator. */
export async function checkPublished(
  answer: unknown,
  file: string,
  { resultsKeys = [] }: Pick<ElectionDefinition, 'resultsKeys'>,
): Promise<Check> {
  const { document, addendum } = officialResultsSchema.parse(answer);
  const bytes = readFileSync(file);
  const ok =
    addendum !== null &&
    addendum.balances &&
    addendum.report === createHash('sha256').update(bytes).digest('base64url') &&
    addendum.results === statementHash(document) &&
    (await checkStatement(addendum, resultsKeys)) === 'valid' &&
    verify(null, bytes, publicKey(addendum.auditor), Buffer.from(addendum.auditorSignature, 'base64url')) &&
    readFileSync(signatureFile(file)).toString('base64url') === addendum.auditorSignature;
  return {
    what: 'audit’s report, named and signed beside the results',
    ok,
    detail: addendum?.report ?? 'none',
  };
}

const publicKey = (spki: string) =>
  createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' });
