import { createPublicKey, sign, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSecrets, managerToken, readSecret } from './secrets.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-secrets-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('nobody but the owner may read a secret', () => {
  const files = createSecrets(directory, { postgres: '127.0.0.1:1', redis: '127.0.0.1:2' });
  expect(statSync(files.directory).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(files.directory)) {
    expect([name, statSync(join(files.directory, name)).mode & 0o777]).toEqual([name, 0o600]);
  }
});

test('a second start keeps every secret and only moves the ports', () => {
  const first = createSecrets(directory, { postgres: '127.0.0.1:5001', redis: '127.0.0.1:6001' });
  const before = [first.receiptKey, first.resultsKey, first.electionKeysSecret, first.managerTokens].map(
    readSecret,
  );
  const password = new URL(readSecret(first.votesDatabases)).password;
  const second = createSecrets(directory, { postgres: '127.0.0.1:5002', redis: '127.0.0.1:6002' });
  expect(
    [second.receiptKey, second.resultsKey, second.electionKeysSecret, second.managerTokens].map(readSecret),
  ).toEqual(before);
  expect(readSecret(second.votesDatabases)).toBe(
    `postgresql://suffrage_votes:${password}@127.0.0.1:5002/suffrage_votes`,
  );
  expect(new URL(readSecret(second.redisUrl)).port).toBe('6002');
});

test('the published key verifies what the receipt key signs', () => {
  const files = createSecrets(directory, { postgres: '127.0.0.1:1', redis: '127.0.0.1:2' });
  const message = Buffer.from('receipt');
  const signature = sign(null, message, readSecret(files.receiptKey));
  expect(verify(null, message, createPublicKey(readSecret(files.receiptPublicKeys)), signature)).toBe(true);
  expect(Buffer.from(readSecret(files.electionKeysSecret), 'base64')).toHaveLength(32);
  expect(readSecret(files.managerTokens)).toMatch(/^demo [\w-]{32}$/);
  expect(`demo ${managerToken(directory)}`).toBe(readSecret(files.managerTokens));
});
