import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readAuditorKey, signatureFile, writeReport } from './sign-report.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suffrage-report-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function keyFile(type: 'ed25519' | 'x25519'): string {
  const file = join(directory, 'auditor.pem');
  const { privateKey } = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return file;
}

test('the signature covers the bytes of the report, and the report says whose it is', () => {
  const key = readAuditorKey(keyFile('ed25519'));
  const file = join(directory, 'out', 'audit.json');
  writeReport(file, { balances: true }, key);
  const bytes = readFileSync(file);
  const report: { auditor: string } = JSON.parse(bytes.toString('utf8'));
  const signature = readFileSync(signatureFile(file));
  expect(report).toMatchObject({ balances: true });
  expect(verify(null, bytes, createPublicKey(report.auditor), signature)).toBe(true);
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  expect(verify(null, bytes, createPublicKey(report.auditor), signature)).toBe(false);
});

test('a key of another kind, and what is no key, are refused with the remedy', () => {
  expect(() => readAuditorKey(keyFile('x25519'))).toThrow(
    'an Ed25519 key is needed; make one as --help says',
  );
  writeFileSync(join(directory, 'text'), 'secret');
  expect(() => readAuditorKey(join(directory, 'text'))).toThrow(/text: this is no private key; make one/);
});
