import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { signatureFile, writeReport } from '@suffrage/audit/sign-report';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { readResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { resultsDocumentSchema } from '@suffrage/contracts/official';
import { statementHash } from '@suffrage/contracts/signed-statement';
import { checkPublished } from './publish-audit.ts';

const directory = mkdtempSync(join(tmpdir(), 'suffrage-published-'));
afterAll(() => rmSync(directory, { recursive: true }));

const results = generateKeyPairSync('ed25519');
const auditor = generateKeyPairSync('ed25519');
const key = readResultsKey(results.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
const file = join(directory, 'audit.json');
writeReport(file, { balances: true }, auditor.privateKey);
const bytes = readFileSync(file);

const document = resultsDocumentSchema.parse({
  kind: 'results',
  electionId: 'election-day',
  ballotHash: 'a2V5',
  definitionHash: 'a2V5',
  statedAt: '2026-05-08T07:00:00Z',
  opensAt: '2026-05-07T07:00:00Z',
  closesAt: '2026-05-07T22:00:00Z',
  counted: 0,
  contests: null,
  issued: null,
  log: { topic: 'votes', endOffsets: [0] },
  zeroReport: null,
  resultsKeyId: 'a2V5',
  signature: 'a2V5',
});
const honest = {
  kind: 'audit-addendum' as const,
  electionId: 'election-day',
  statedAt: '2026-05-08T07:00:00Z',
  results: statementHash(document),
  report: createHash('sha256').update(bytes).digest('base64url'),
  auditor: auditor.publicKey.export({ format: 'der', type: 'spki' }).toString('base64url'),
  auditorSignature: readFileSync(signatureFile(file)).toString('base64url'),
  balances: true,
};

const check = async (change: object | null, resultsKey = results.publicKey) => {
  const addendum = change && signStatement(key, { ...honest, ...change });
  const definition = { resultsKeys: [publishedKey(resultsKey)] };
  return (await checkPublished({ document, addendum, earlierAddenda: [] }, file, definition)).ok;
};

test('a report that is not named, is another, does not balance or is not signed is no published audit', async () => {
  expect(await check({})).toBe(true);
  expect(await check(null)).toBe(false);
  expect(await check({}, auditor.publicKey)).toBe(false);
  const stranger = generateKeyPairSync('ed25519').privateKey;
  for (const change of [
    { balances: false },
    { report: 'a2V5' },
    { results: 'a2V5' },
    { auditorSignature: sign(null, bytes, stranger).toString('base64url') },
  ])
    expect(await check(change)).toBe(false);
});
