import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { definitionHash } from './ballot.ts';
import { publishedKey } from './sign-receipts.node.ts';
import { readResultsKey, signStatement } from './sign-statement.node.ts';
import { checkStatement, statementHash, statementMessage } from './signed-statement.ts';
import { testElection } from './testing.node.ts';

const pair = generateKeyPairSync('ed25519');
const key = readResultsKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
const keys = [publishedKey(pair.publicKey)];
const body = { kind: 'seal' as const, electionId: 'mayor', partitions: [{ votes: 2, partition: 0 }] };

test('the signed bytes are the kind’s domain and the canonical JSON without the signature', () => {
  expect(Buffer.from(statementMessage({ ...body, resultsKeyId: 'a2V5' })).toString()).toBe(
    'suffrage/seal/v1{"electionId":"mayor","kind":"seal","partitions":[{"partition":0,"votes":2}],"resultsKeyId":"a2V5"}',
  );
});

test('a statement verifies with the election’s key and no other, and no part of it can be changed', async () => {
  const signed = signStatement(key, body);
  expect(await checkStatement(signed, keys)).toBe('valid');
  expect(await checkStatement(JSON.parse(JSON.stringify(signed)), keys)).toBe('valid');
  for (const forged of [
    { ...signed, kind: 'results' as const },
    { ...signed, electionId: 'council' },
    { ...signed, partitions: [{ votes: 3, partition: 0 }] },
    { ...signed, added: true },
    { ...signed, signature: 'AAAA' },
  ]) {
    expect(await checkStatement(forged, keys)).toBe('signature-invalid');
    expect(statementHash(forged)).not.toBe(statementHash(signed));
  }
  expect(await checkStatement(signed, [])).toBe('key-unknown');
});

test('moving the closing leaves the hash of a definition, changing anything else does not', () => {
  const { definition } = testElection().election;
  const hash = definitionHash(definition);
  expect(definitionHash({ ...definition, closesAt: '2099-01-01T00:00:00Z' })).toEqual(hash);
  expect(definitionHash({ ...definition, resultsPolicy: 'after-close' })).not.toEqual(hash);
});
