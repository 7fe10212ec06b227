import { createHash, createHmac } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { loadConfig } from '@suffrage/runtime/config';
import { kafkaAccess, kafkaSettings } from '@suffrage/runtime/kafka/access';
import { createLog } from '@suffrage/runtime/log';

const log = createLog('test', 'test', 'silent');
const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

const settings = { SUFFRAGE_KAFKA_BROKERS: 'b-1.msk:9098', SUFFRAGE_KAFKA_SASL: 'aws-msk-iam' };
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** As AWS Signature Version 4 has it for a URL, made here from its documentation. */
function signatureOf(url: URL, secret: string): string {
  const scope = url.searchParams.get('X-Amz-Credential')?.split('/').slice(1) ?? [];
  const query = [...url.searchParams]
    .filter(([name]) => !['X-Amz-Signature', 'User-Agent'].includes(name))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .toSorted()
    .join('&');
  const nothing = createHash('sha256').update('').digest('hex');
  const request = ['GET', '/', query, `host:${url.host}`, '', 'host', nothing].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    url.searchParams.get('X-Amz-Date'),
    scope.join('/'),
    createHash('sha256').update(request).digest('hex'),
  ].join('\n');
  const key = scope.reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

test('a token for MSK is a URL that is signed with the credentials of AWS, good for 15 minutes', async () => {
  process.env.AWS_REGION = 'eu-west-2';
  process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = SECRET;
  const access = kafkaAccess(loadConfig(kafkaSettings, settings), log);
  // Amazon's certificates are of authorities that everybody trusts; the token never goes out in clear.
  expect(access.tls).toBeDefined();
  if (access.sasl?.mechanism !== 'oauthbearer') throw new Error('MSK takes tokens by OAUTHBEARER');
  const url = new URL(Buffer.from(await access.sasl.token(), 'base64url').toString());
  expect(url.host).toBe('kafka.eu-west-2.amazonaws.com');
  const { searchParams } = url;
  expect(searchParams.get('Action')).toBe('kafka-cluster:Connect');
  expect(searchParams.get('X-Amz-Expires')).toBe('900');
  expect(searchParams.get('X-Amz-Credential')).toMatch(
    /^AKIDEXAMPLE\/\d{8}\/eu-west-2\/kafka-cluster\/aws4_request$/,
  );
  expect(searchParams.get('X-Amz-Signature')).toBe(signatureOf(url, SECRET));
  expect(signatureOf(url, 'another')).not.toBe(signatureOf(url, SECRET));
});

test('without a region there is no token, and it is said at the start', () => {
  delete process.env.AWS_REGION;
  delete process.env.AWS_DEFAULT_REGION;
  expect(() => kafkaAccess(loadConfig(kafkaSettings, settings), log)).toThrow('needs AWS_REGION');
});
