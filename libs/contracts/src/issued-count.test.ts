import { createPrivateKey, createPublicKey } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { checkIssuedCount, issuedCountMessage } from './issued-count.ts';
import { signIssuedCount } from './sign-issued-count.node.ts';
import { publishedKey } from './sign-receipts.node.ts';

/** RFC 8410 header and a fixed seed: the signature of Ed25519 is the same every time. */
const registrarKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
});
const keys = [publishedKey(createPublicKey(registrarKey))];
const statement = { electionId: 'mayor', issued: 1_234, exact: true };

test('the signed bytes are what their comment says', () => {
  expect(Buffer.from(issuedCountMessage(statement)).toString('hex')).toBe(
    `${Buffer.from('suffrage/issued/v1').toString('hex')}00056d61796f7200000000000004d2010000`,
  );
  expect(Buffer.from(issuedCountMessage({ ...statement, exact: false, roll: 2 })).toString('hex')).toBe(
    `${Buffer.from('suffrage/issued/v1').toString('hex')}00056d61796f7200000000000004d20000080000000000000002`,
  );
});

test('a statement verifies with the election’s key and no other, and no part of it can be changed', async () => {
  const signed = signIssuedCount(registrarKey, { ...statement, roll: 2_000 });
  expect(await checkIssuedCount(signed, keys)).toBe('valid');
  const { roll, ...withoutRoll } = signed;
  expect(roll).toBe(2_000);
  for (const forged of [
    { ...signed, electionId: 'council' },
    { ...signed, issued: 1_235 },
    { ...signed, exact: false },
    { ...signed, roll: 2_001 },
    withoutRoll,
    { ...signed, signature: 'AAAA' },
  ]) {
    expect(await checkIssuedCount(forged, keys)).toBe('signature-invalid');
  }
  expect(await checkIssuedCount(signed, [])).toBe('key-unknown');
  expect(await checkIssuedCount({ ...signed, registrarKeyId: 'AAAA' }, keys)).toBe('key-unknown');
});
