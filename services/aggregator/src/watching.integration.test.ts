import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { toBase64url } from '@suffrage/contracts/bytes';
import { flowSchema } from '@suffrage/contracts/flow';
import { courseSchema, type VoteStatement, voteStatementSchema } from '@suffrage/contracts/results';
import { checkStatement } from '@suffrage/contracts/signed-statement';
import { newReceiptKey } from '@suffrage/contracts/testing.node';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { createPublicKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { ballot, definition } from '../test/definitions.ts';
import { countRecords, createInstallation, type Installation, type Replica } from '../test/installation.ts';
import { getResults } from '../test/readers.ts';

jest.setTimeout(60_000);

const resultsKeyPem = newReceiptKey();
let installation: Installation;
let replica: Replica;
let directory: string;
/** How far the replicas' clock is ahead, milliseconds. */
let ahead = 0;
/** What an ingestion process says of its acknowledgements. */
let acknowledged = [0, 0];

const ingestion = createServer((_request, response) => {
  const [fast = 0, all = 0] = acknowledged;
  const name = 'suffrage_ingestion_acknowledge_seconds_bucket';
  response.end(
    [`${name}{le="0.1"} ${fast}`, `${name}{le="1"} ${all}`, `${name}{le="+Inf"} ${all}`].join('\n'),
  );
});

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'watching-'));
  const keyFile = join(directory, 'results.key');
  writeFileSync(keyFile, resultsKeyPem);
  await new Promise<void>(resolve => {
    ingestion.listen(0, '127.0.0.1', resolve);
  });
  const address = ingestion.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port');
  installation = await createInstallation(testServers());
  await installation.open(definition('live', ballot({ mayor: ['ann', 'bob'] })));
  await installation.open(
    definition('hidden', { ...ballot({ mayor: ['ann'] }), resultsPolicy: 'after-close' }),
  );
  replica = await start({
    SUFFRAGE_RESULTS_KEY_FILE: keyFile,
    SUFFRAGE_INGESTION_METRICS_URLS: `http://127.0.0.1:${address.port}/metrics`,
  });
  await until('the elections are known', async () => (await getResults(replica, 'hidden')).snapshot);
});
afterAll(async () => {
  await installation.close();
  ingestion.close();
  rmSync(directory, { recursive: true });
});

const start = (environment: NodeJS.ProcessEnv) =>
  installation.start({ clock: () => Date.now() + ahead, environment });
const get = (from: Replica, path: string) => fetch(`${from.url}/v1/elections/${path}`);
const vote = (partition: number, counted: number, instance: string) =>
  countRecords(installation, { electionId: 'live', partition, counted, instance, marks: { mayor: 'ann' } });

test('the status of a counted vote is had in writing, and the signature holds', async () => {
  const voteId = randomBytes(32);
  const path = `live/votes/${toBase64url(voteId)}/statement`;
  const nothing = await get(replica, path);
  expect([nothing.status, await nothing.json()]).toMatchObject([404, { code: 'statement-unavailable' }]);
  await installation.shards[0].query(
    `insert into votes (revision, partition, record_offset, cast_at, election_id, ballot_key, vote_id, selections)
     values (0, 0, 1, 0, 'live', $1, $1, '')`,
    [voteId],
  );
  const statement = voteStatementSchema.parse(await (await get(replica, path)).json());
  expect(statement).toMatchObject({ electionId: 'live', voteId: toBase64url(voteId), status: 'counted' });
  const keys = [publishedKey(createPublicKey(resultsKeyPem))];
  expect(await checkStatement(statement, keys)).toBe('valid');
  const forged: VoteStatement = { ...statement, voteId: toBase64url(randomBytes(32)) };
  expect(await checkStatement(forged, keys)).toBe('signature-invalid');
  expect((await get(replica, 'live/votes/AAAA/statement')).status).toBe(400);
});

test('a replica that starts knows the course of the count from before', async () => {
  await vote(0, 2, 'ingestion-1');
  const courseOf = async (from: Replica) =>
    courseSchema.parse(await (await get(from, 'live/results/course')).json()).points;
  await until('the votes are on the course', async () =>
    (await courseOf(replica)).some(({ counted }) => counted === 2),
  );
  const kept = await until('it is kept', async () => {
    const text = await installation.redis.get(installation.names.course('live'));
    return text?.includes('"counted":2') ? courseSchema.parse(JSON.parse(text)).points : undefined;
  });
  const other = await start({});
  await until('the other replica is ready', async () => (await getResults(other, 'live')).snapshot);
  expect((await courseOf(other)).slice(0, 1)).toEqual(kept.slice(0, 1));
  await other.close();
});

test('who handled the votes is told in sums, later, and the same by every replica', async () => {
  const other = await start({});
  const flowOf = async (from: Replica) => {
    const answer = await get(from, 'live/flow');
    return answer.ok ? flowSchema.parse(await answer.json()) : undefined;
  };
  await until('nothing is told of a few votes', async () => (await flowOf(replica))?.window === null);
  acknowledged = [99, 100];
  await vote(0, 15, 'ingestion-1');
  await vote(3, 25, 'ingestion-2');
  const told = await until(
    'the votes are told',
    async () => {
      ahead += 5_000;
      const flow = await flowOf(other);
      return flow?.window && flow.acknowledgeP99Millis !== null ? flow : undefined;
    },
    50_000,
  );
  expect(told.window?.flows.toSorted((a, b) => a.partition - b.partition)).toEqual([
    { instance: 'ingestion-1', partition: 0, votes: 15 },
    { instance: 'ingestion-2', partition: 3, votes: 25 },
  ]);
  expect(told.acknowledgeP99Millis).toBe(100);
  expect(told.partitions.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
  expect((await flowOf(replica))?.window).toEqual(told.window);
  expect((await get(replica, 'hidden/flow')).status).toBe(404);
  await other.close();
});
