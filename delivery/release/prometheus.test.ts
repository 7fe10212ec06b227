import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { prometheusAt } from './prometheus.ts';
import { signerFor } from './sign-request.ts';
import { questions } from './watch.ts';

jest.setTimeout(60_000);

const PYTHON = join(repositoryDirectory, '.tools/bin/python-botocore');
const REGION = 'eu-west-1';
const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not a secret', sessionToken: 'a token/+=' };
const surroundings = { ...process.env };
let server: Server;
let address: string;
let unsigned: number;

/** A workspace of Amazon's: it answers who has signed as AWS's library for Python would, and refuses the rest. */
beforeEach(async () => {
  process.env.AWS_ACCESS_KEY_ID = keys.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = keys.secretAccessKey;
  process.env.AWS_SESSION_TOKEN = keys.sessionToken;
  unsigned = 0;
  server = createServer((request, response) => {
    if (request.headers.authorization === undefined) unsigned += 1;
    response.writeHead(isSigned(request) ? 200 : 403, { 'content-type': 'application/json' });
    const query = new URL(request.url ?? '', address).searchParams.get('query');
    const result = [{ metric: { query }, value: [1, '5'] }];
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || !bound) throw new Error('a listening server has an address');
  address = `http://127.0.0.1:${bound.port}/workspaces/ws-0/`;
});

afterEach(() => {
  process.env = { ...surroundings };
  server.closeAllConnections();
  server.close();
});

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/\d{8}\/([\w-]+)\/aps\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/;

function isSigned({ method, url, headers }: IncomingMessage): boolean {
  const [, keyId, region, signed = '', signature] = AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  if (keyId !== keys.accessKeyId || !url?.startsWith('/workspaces/ws-0/api/v1/query?')) return false;
  const names = signed.split(';');
  if (!['host', 'x-amz-date', 'x-amz-security-token'].every(name => names.includes(name))) return false;
  const input = JSON.stringify({
    ...keys,
    method,
    url: `http://${headers.host}${url}`,
    headers: Object.fromEntries(names.map(name => [name, headers[name]])),
    region,
  });
  const script = join(import.meta.dirname, 'expected-signature.py');
  return (
    region === REGION && execFileSync(PYTHON, [script], { input, encoding: 'utf8' }).trim() === signature
  );
}

test('each question of a watch is signed as AWS wants it, and arrives as it was asked', async () => {
  const ask = prometheusAt(address, REGION);
  // Marks that a URL, a form and a signature each encode in their own way.
  for (const question of [...Object.values(questions), `a + b * c ~ "é" % 'd' (e)!`])
    expect(await ask(question)).toEqual([{ metric: { query: question }, value: [1, '5'] }]);
});

test('another key, another region, or none at all is not answered', async () => {
  await expect(prometheusAt(address, 'eu-central-1')('up')).rejects.toThrow('status 403');
  process.env.AWS_SECRET_ACCESS_KEY = 'another';
  await expect(prometheusAt(address, REGION)('up')).rejects.toThrow('status 403');
  expect(unsigned).toBe(0);
  await expect(prometheusAt(address)('up')).rejects.toThrow('status 403');
  expect(unsigned).toBe(1);
});

test('who we are is told to workspaces of Amazon alone, in the region of their address', async () => {
  const scopeAt = async (url: string) =>
    (await signerFor(new URL(url))?.(new URL(url)))?.['authorization']?.split('/')[2];
  expect(await scopeAt('https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0/')).toBe('eu-west-1');
  expect(await scopeAt('https://aps-workspaces-fips.us-gov-west-1.amazonaws.com/')).toBe('us-gov-west-1');
  for (const other of [
    'http://prometheus:9090',
    'https://aps-workspaces.eu-west-1.amazonaws.com.example.org/',
    'https://example.org/aps-workspaces.eu-west-1.amazonaws.com/',
  ])
    expect(signerFor(new URL(other))).toBeUndefined();
});
