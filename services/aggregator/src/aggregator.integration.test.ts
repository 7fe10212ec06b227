import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { ballot, definition } from '../test/definitions.ts';
import { createInstallation, type Installation, countRecords, type Replica } from '../test/installation.ts';
import { getResults, openSocket, openStalledStream, openStream, type Reader } from '../test/readers.ts';

jest.setTimeout(60_000);

let installation: Installation;
let first: Replica;
let second: Replica;

beforeAll(async () => {
  installation = await createInstallation(testServers());
  await installation.open(definition('council', ballot({ mayor: ['zoe', 'ann', 'bob'] })));
  first = await installation.start();
  await until('the first replica is elected', () => first.isElected());
  second = await installation.start();
});
afterAll(() => installation.close());

const vote = (electionId: string, partition: number, counted: number) =>
  countRecords(installation, { electionId, partition, counted, marks: { mayor: 'ann' } });

const countedOn = (replica: Replica, electionId: string, counted: number) =>
  until(`${counted} votes of ${electionId} are shown`, async () => {
    const { snapshot } = await getResults(replica, electionId);
    return snapshot?.counted === counted ? snapshot : undefined;
  });

const receives = (reader: Reader, counted: number) =>
  until(`a subscriber receives ${counted} votes`, () =>
    reader.snapshots.find(snapshot => snapshot.counted === counted),
  );

const storedSnapshot = async (electionId: string): Promise<Snapshot | undefined> => {
  const text = await installation.redis.get(installation.names.snapshot(electionId));
  return text === null ? undefined : snapshotSchema.parse(JSON.parse(text));
};

test('every replica shows the same totals over REST, server-sent events and WebSocket, and their updates', async () => {
  const readers = await Promise.all(
    [first, second].flatMap(replica =>
      [openStream, openSocket].map(open =>
        until('a subscriber is taken', () => open(replica, 'council').catch(() => undefined)),
      ),
    ),
  );
  await vote('council', 0, 2);
  await vote('council', 3, 5);
  const shown = await countedOn(second, 'council', 7);
  expect(shown.contests).toEqual([
    {
      id: 'mayor',
      options: [
        { id: 'zoe', votes: 0 },
        { id: 'ann', votes: 7 },
        { id: 'bob', votes: 0 },
      ],
    },
  ]);
  expect(shown).toMatchObject({
    version: 7,
    provisional: true,
    ingestion: [{ instance: 'ingestion-0', votes: 7 }],
  });
  for (const reader of readers) {
    expect(await receives(reader, 7)).toMatchObject({ version: 7, contests: shown.contests });
    const versions = reader.snapshots.map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    reader.close();
  }
  const [stream] = readers;
  expect(stream?.eventIds).toEqual(stream?.snapshots.map(({ version }) => String(version)));
  expect(await storedSnapshot('council')).toMatchObject({ version: 7 });
});

test('the notice of the processor brings a reading forward', async () => {
  const slow = await createInstallation(testServers());
  try {
    await slow.open(definition('council', ballot({ mayor: ['ann'] })));
    const replica = await slow.start({ environment: { SUFFRAGE_RESULT_REFRESH_INTERVAL: '10m' } });
    await until('results are shown', async () => (await getResults(replica, 'council')).snapshot);
    await countRecords(slow, { electionId: 'council', partition: 0, counted: 1, marks: { mayor: 'ann' } });
    await until('the notice has led to a reading', async () => {
      await slow.redis.publish(slow.names.progress, '');
      return (await getResults(replica, 'council')).snapshot?.counted === 1;
    });
  } finally {
    await slow.close();
  }
});

test('what does not exist is refused with its code', async () => {
  await until('topic elections is read', async () => (await getResults(second, 'nowhere')).status === 404);
  expect((await getResults(second, 'nowhere')).body).toMatchObject({ code: 'election-unknown' });
  expect((await getResults(second, 'NOT-AN-ID')).status).toBe(404);
  expect((await getResults(second, 'x'.repeat(64))).body).toMatchObject({ field: 'electionId' });
  expect((await fetch(`${second.url}/v1/elections/council/results/socket`)).status).toBe(404);
  const { headers } = await fetch(`${second.url}/v1/elections/council/results`);
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  await expect(openStream(second, 'nowhere')).rejects.toThrow('404');
  await expect(openSocket(second, 'nowhere')).rejects.toThrow('refused');
});

test('INV-12: subscribers beyond the limit are refused with 503 overloaded', async () => {
  const small = await installation.start({ environment: { SUFFRAGE_SUBSCRIBER_LIMIT: '1' } });
  const reader = await until('a subscriber is taken', () =>
    openStream(small, 'council').catch(() => undefined),
  );
  const refused = await fetch(`${small.url}/v1/elections/council/results/stream`);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ code: 'overloaded' });
  await expect(openSocket(small, 'council')).rejects.toThrow('refused');
  reader.close();
  const next = await until('the place is free again', () =>
    openSocket(small, 'council').catch(() => undefined),
  );
  next.close();
  await small.close();
});

test('a slow reader gets the newest snapshot, not all of them, and the others do not wait for it', async () => {
  const options = Array.from({ length: 250 }, (_, option) => `option-${option}`);
  const contests = Object.fromEntries(
    Array.from({ length: 16 }, (_, contest) => [`contest-${contest}`, options]),
  );
  await installation.open(definition('large', ballot(contests)));
  const { snapshot } = await until('the large election is shown', async () => {
    const results = await getResults(second, 'large');
    return results.snapshot ? results : undefined;
  });
  const slow = await openStalledStream(second, 'large');
  const swift = await Promise.all([openStream(second, 'large'), openSocket(second, 'large')]);
  // Published by hand: 8 MB, where the buffers between two sockets were seen to hold 4 MB.
  const base = 1_000_000;
  const total = 70;
  for (let step = 1; step <= total; step += 1) {
    const json = JSON.stringify({ ...snapshot, version: base + step });
    await installation.redis.publish(installation.names.results('large'), json);
  }
  const last = base + total;
  for (const reader of swift) {
    await until('a swift reader has the newest', () => reader.snapshots.at(-1)?.version === last);
    reader.close();
  }
  expect(slow.snapshots).toHaveLength(0);
  slow.resume();
  await until('the slow reader has the newest', () => slow.snapshots.at(-1)?.version === last);
  const versions = slow.snapshots.map(({ version }) => version);
  expect(versions.length).toBeLessThan(total);
  expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
  slow.close();
});

test('a Redis that lost its data is filled again without a new vote', async () => {
  const { version } = await countedOn(first, 'council', 7);
  await installation.redis.del(installation.names.snapshot('council'));
  const stored = await until('the snapshot is stored again', () => storedSnapshot('council'));
  expect(stored.version).toBe(version);
});

test('hidden results are in no answer, no stream and not in Redis until the election is closed', async () => {
  const closesAt = '2098-01-01T00:00:00Z';
  const hidden = { ...ballot({ mayor: ['ann', 'bob'] }), resultsPolicy: 'after-close' as const, closesAt };
  const election = definition('hidden', hidden);
  await installation.open(election);
  const relayed: string[] = [];
  const listener = installation.redis.duplicate();
  await listener.subscribe(installation.names.results('hidden'));
  listener.on('message', (_channel: string, text: string) => void relayed.push(text));
  await vote('hidden', 1, 3);
  const reader = await until('a subscriber is taken', () =>
    openStream(second, 'hidden').catch(() => undefined),
  );
  const before = await countedOn(second, 'hidden', 3);
  expect(before).toMatchObject({ contests: null, provisional: true });
  expect((await receives(reader, 3)).contests).toBeNull();
  await until('the votes are published', async () => (await storedSnapshot('hidden'))?.counted === 3);
  expect((await storedSnapshot('hidden'))?.contests).toBeNull();
  await until('the votes are relayed', () => relayed.length > 0);
  for (const text of relayed) expect(snapshotSchema.parse(JSON.parse(text)).contests).toBeNull();
  await installation.tell({
    kind: 'closing',
    electionId: election.id,
    closesAt,
    endOffsets: [],
  });
  const final = await until('the results are final', () =>
    reader.snapshots.find(({ provisional }) => !provisional),
  );
  expect(final).toMatchObject({ counted: 3, contests: [{ options: [{ votes: 3 }, { votes: 0 }] }] });
  expect(await storedSnapshot('hidden')).toMatchObject({ provisional: false });
  reader.close();
  await listener.quit();
});

test('without Redis every replica shows totals and updates that it reads itself', async () => {
  const alone = await installation.start({ redisUrl: 'redis://127.0.0.1:1' });
  expect(alone.isElected()).toBe(false);
  const stream = await until('a subscriber is taken', () =>
    openStream(alone, 'council').catch(() => undefined),
  );
  await vote('council', 1, 4);
  await countedOn(alone, 'council', 11);
  await receives(stream, 11);
  const health: unknown = await (await fetch(`${alone.url}/health`)).json();
  expect(health).toMatchObject({
    status: 'degraded',
    dependencies: { postgres: 'ok', redis: 'unavailable', kafka: 'ok' },
  });
  expect((await fetch(`${alone.url}/health/ready`)).status).toBe(200);
  stream.close();
  await alone.close();
});

test('a replica whose session is cut is no longer elected, and one of them is elected again', async () => {
  expect([first.isElected(), second.isElected()]).toEqual([true, false]);
  const cut = await installation.shards[0].query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'aggregator-lock'",
  );
  expect(cut.rowCount).toBe(2);
  await until('one is elected', () => first.isElected() !== second.isElected());
  await vote('council', 0, 1);
  await Promise.all([countedOn(first, 'council', 12), countedOn(second, 'council', 12)]);
});

test('when the elected replica stops, the other takes over and its subscribers miss nothing', async () => {
  const [elected, other] = first.isElected() ? [first, second] : [second, first];
  const reader = await openSocket(other, 'council');
  await elected.close();
  await until('the other is elected', () => other.isElected());
  await vote('council', 2, 3);
  await receives(reader, 15);
  expect(await storedSnapshot('council')).toMatchObject({ counted: 15 });
  reader.close();
});
