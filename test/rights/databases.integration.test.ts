import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { audit } from '@suffrage/audit/audit';
import { castVote } from '@suffrage/client/cast-vote';
import { restTransport } from '@suffrage/client/transport';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { signBallot } from '@suffrage/demo/cast-ballots';
import { vacuumVoters } from '@suffrage/registrar/voters/erasure-store';
import { rewriteTokens } from '@suffrage/registrar/voters/rewrite-tokens';
import { until } from '@suffrage/test/poll';
import { blinded, registrarApi } from '@suffrage/test/registrar-api';
import { openTestPool } from '@suffrage/test/test-pool';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';

jest.setTimeout(60_000);

let bed: Testbed;
let registrar: Awaited<ReturnType<Testbed['registrar']>>;
let aggregatorUrl: string;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 1, hasOwners: true });
  registrar = await bed.registrar();
  await bed.processor();
  aggregatorUrl = (await bed.aggregator(registrar.url)).url;
}, 60_000);
afterAll(() => bed?.close(), 60_000);

test('a vote is cast, counted and audited by services that own no table', async () => {
  const api = registrarApi(registrar.url);
  await api.create('owned', { eligibility: 'open' });
  const definition = await api.open('owned');
  const ballot = await signBallot(registrar.url, definition, { mayor: ['a'] });
  const ingestion = await bed.ingestion();
  await until('it has a receipt', async () => {
    const { status } = await castVote(restTransport(ingestion.url), ballot);
    return status === 'accepted';
  });
  await until('it is shown as counted', async () => {
    const response = await fetch(`${aggregatorUrl}/v1/elections/owned/results`);
    return response.ok && JSON.stringify(await response.json()).includes('"counted":1');
  });
  const { brokers, databaseUrls, namespace } = bed;
  const report = await audit({ brokers, databaseUrls, namespace, waitMillis: 30_000 });
  expect(report.balances).toBe(true);
});

test('the registrar imports a roll, writes tokens anew and vacuums, and PostgreSQL leaves nothing out', async () => {
  const { definition, codes } = await registrarApi(registrar.url).openWithCodes('rewritten', ['ann', 'bob']);
  const { blindedMessage } = blinded(definition);
  const asked = await registrarApi(registrar.url).ask('rewritten', {
    blindedMessage,
    code: codes.get('ann'),
  });
  expect(asked.status).toBe(200);
  const pool = openTestPool(registrar.databaseUrl, bed.lifecycle);
  const warnings: (string | undefined)[] = [];
  pool.on('connect', client => client.on('notice', ({ message }) => warnings.push(message)));
  await rewriteTokens(pool, 'rewritten');
  await vacuumVoters(pool);
  expect(warnings).toEqual([]);
});

test('an election is closed and sealed', async () => {
  const made = await bed.publishElection({
    resultsKeys: [publishedKey(createPublicKey(bed.resultsKeyPem))],
  });
  const { id: electionId, closesAt } = made.election.definition;
  const stated = (path: string) =>
    until(
      `${path} is stated`,
      async () => (await fetch(`${aggregatorUrl}/v1/elections/${electionId}/${path}`)).ok,
    );
  await bed.publishClosing(made);
  await stated('results/document');
  await bed.publish({ kind: 'seal', electionId, closesAt });
  await stated('seal');
});

test.each([
  'alter table votes disable trigger all',
  'drop trigger sealed_truncate on votes',
  'truncate votes',
  'create table mine ()',
])('a service may not: %s', async statement => {
  await expect(bed.pool.query(statement)).rejects.toThrow(/must be owner|permission denied/);
});
