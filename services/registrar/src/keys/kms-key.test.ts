import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createLifecycle, type Lifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { type DoubleAnswer, type DoubleRequest, startHttpDouble } from '@suffrage/test/http-double';
import { createKeyVault } from './key-vault.ts';
import { kmsWrappingKey } from './kms-key.ts';

type Call = {
  KeyId?: string;
  Plaintext?: string;
  CiphertextBlob?: string;
  EncryptionContext?: Record<string, string>;
};

/** A stand-in for AWS KMS that speaks its protocol (JSON 1.1, `X-Amz-Target`) over HTTP; it checks no signature. */
const kms = { key: randomBytes(32), faults: 0, calls: [] as string[], signed: [] as string[] };
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/elections';

function answerAsKms({ request, body }: DoubleRequest): DoubleAnswer {
  const type = 'application/x-amz-json-1.1';
  const call: Call = JSON.parse(body);
  const action = String(request.headers['x-amz-target']).replace('TrentService.', '');
  kms.calls.push(action);
  kms.signed.push(String(request.headers.authorization));
  if (kms.faults > 0) {
    kms.faults -= 1;
    return { status: 500, type, body: { __type: 'KMSInternalException' } };
  }
  if (call.KeyId !== KEY) return { status: 400, type, body: { __type: 'IncorrectKeyException' } };
  const context = Buffer.from(JSON.stringify(call.EncryptionContext ?? {}));
  if (action === 'Encrypt') {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', kms.key, nonce).setAAD(context);
    const text = Buffer.concat([cipher.update(call.Plaintext ?? '', 'base64'), cipher.final()]);
    const blob = Buffer.concat([nonce, cipher.getAuthTag(), text]);
    return { type, body: { CiphertextBlob: blob.toString('base64'), KeyId: KEY } };
  }
  try {
    const blob = Buffer.from(call.CiphertextBlob ?? '', 'base64');
    const decipher = createDecipheriv('aes-256-gcm', kms.key, blob.subarray(0, 12)).setAAD(context);
    decipher.setAuthTag(blob.subarray(12, 28));
    const plain = Buffer.concat([decipher.update(blob.subarray(28)), decipher.final()]);
    return { type, body: { Plaintext: plain.toString('base64'), KeyId: KEY } };
  } catch {
    return { status: 400, type, body: { __type: 'InvalidCiphertextException' } };
  }
}

let lifecycle: Lifecycle;
let endpoint: string;
const saved = { ...process.env };

beforeAll(async () => {
  lifecycle = createLifecycle(createLog('test', 'test', 'silent'));
  endpoint = await startHttpDouble(answerAsKms, lifecycle);
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
  });
});
afterAll(async () => {
  process.env = saved;
  await lifecycle.close();
});
beforeEach(() => void (kms.calls = []));

function openVault(keyId = KEY) {
  const key = kmsWrappingKey(keyId, endpoint);
  lifecycle.onClose('kms', () => key.close());
  return createKeyVault([key]);
}

test('a data key that KMS has wrapped opens for its election and with that key only', async () => {
  const { dataKey, seal } = await openVault().create('council');
  const sealed = seal(Buffer.from('key'));
  const open = await openVault().unlock('council', dataKey);
  expect(open(sealed).toString()).toBe('key');
  expect(kms.calls).toEqual(['Encrypt', 'Decrypt']);
  expect(kms.signed.at(-1)).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/kms\/aws4_request/,
  );
  await expect(openVault().unlock('other', dataKey)).rejects.toMatchObject({
    name: 'InvalidCiphertextException',
  });
  await expect(openVault(`${KEY}-2`).unlock('council', dataKey)).rejects.toMatchObject({
    name: 'IncorrectKeyException',
  });
});

test('a fault of KMS is tried again, and one that lasts is thrown', async () => {
  const vault = openVault();
  kms.faults = 1;
  const { dataKey } = await vault.create('council');
  expect(kms.calls).toEqual(['Encrypt', 'Encrypt']);
  kms.faults = 10;
  await expect(vault.unlock('council', dataKey)).rejects.toMatchObject({ name: 'KMSInternalException' });
  kms.faults = 0;
});
