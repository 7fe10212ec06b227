import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { issuedCountMessage } from '@suffrage/contracts/issued-count';
import { resultsDocumentSchema } from '@suffrage/contracts/official';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { ballot, definition } from '../../test/definitions.ts';
import { createInstallation, type Installation, type Replica } from '../../test/installation.ts';

jest.setTimeout(60_000);

const HOUR_MILLIS = 3_600_000;
const MINUTE_MILLIS = 60_000;
const [results, registrar] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const keys = {
  resultsKeys: [publishedKey(results.publicKey)],
  registrarKeys: [publishedKey(registrar.publicKey)],
};
const keyFile = join(tmpdir(), `results-${randomBytes(4).toString('hex')}.key`);
writeFileSync(keyFile, results.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });

/** Elections that the registrar can say its number of; it is away for the others. */
const there = new Set<string>();
const asked = new Map<string, number>();
const server = createServer((request, response) => {
  const electionId = /elections\/([^/]+)\/issued/.exec(request.url ?? '')?.[1] ?? '';
  asked.set(electionId, (asked.get(electionId) ?? 0) + 1);
  if (!there.has(electionId)) return void response.writeHead(503).end();
  const count = { electionId, issued: 7, exact: true, roll: 9 };
  const signature = sign(null, issuedCountMessage(count), registrar.privateKey).toString('base64url');
  const registrarKeyId = publishedKey(registrar.publicKey).keyId;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ...count, registrarKeyId, signature }));
});

let installation: Installation;
let replica: Replica;
let ahead = 0;

beforeAll(async () => {
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  installation = await createInstallation(testServers());
  replica = await installation.start({
    clock: () => Date.now() + ahead,
    environment: {
      SUFFRAGE_RESULTS_KEY_FILE: keyFile,
      SUFFRAGE_REGISTRAR_URL: `http://127.0.0.1:${port}`,
    },
  });
});
afterAll(async () => {
  await installation.close();
  server.closeAllConnections();
  server.close();
  rmSync(keyFile);
});

async function close(id: string): Promise<void> {
  await installation.open(
    definition(id, {
      ...ballot({ mayor: ['ann', 'ben'] }),
      ...keys,
      closesAt: new Date(Date.now() + ahead + HOUR_MILLIS).toISOString(),
    }),
  );
  await until('it is known', async () => (await fetch(`${replica.url}/v1/elections/${id}/results`)).ok);
  ahead += HOUR_MILLIS + 21_000;
}

/** Two questions after this moment: the first may have been under way. */
async function untilAskedAgain(id: string): Promise<void> {
  const before = asked.get(id) ?? 0;
  await until('the registrar is asked again', async () => (asked.get(id) ?? 0) >= before + 2);
}

const document = (id: string) => fetch(`${replica.url}/v1/elections/${id}/results/document`);
const stated = (id: string) =>
  until('the results are stated', async () => {
    const response = await document(id);
    return response.ok ? resultsDocumentSchema.parse(await response.json()) : undefined;
  });

test('a registrar that is away for ten minutes after the closing still has its number in the results', async () => {
  await close('away');
  await untilAskedAgain('away');
  ahead += 10 * MINUTE_MILLIS;
  await untilAskedAgain('away');
  expect((await document('away')).status).toBe(404);
  there.add('away');
  expect((await stated('away')).issued).toMatchObject({ issued: 7, roll: 9 });
});

test('a registrar that never comes back does not keep the results for ever', async () => {
  await close('gone');
  await untilAskedAgain('gone');
  expect((await document('gone')).status).toBe(404);
  ahead += 16 * MINUTE_MILLIS;
  expect((await stated('gone')).issued).toBeNull();
});
