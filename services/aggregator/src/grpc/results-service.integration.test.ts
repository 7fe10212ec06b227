import { Client, type ClientReadableStream, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  ResultsServiceClient,
  ResultsServiceService,
  type Snapshot as SnapshotMessage,
  WatchResultsResponse,
} from '@suffrage/contracts/generated/suffrage/v1/results_service';
import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { connect } from 'node:http2';
import { ballot, definition } from '../../test/definitions.ts';
import {
  countRecords,
  createInstallation,
  type Installation,
  type Replica,
} from '../../test/installation.ts';
import { getResults } from '../../test/readers.ts';

jest.setTimeout(60_000);

let installation: Installation;
let replica: Replica;
let client: ResultsServiceClient;
const clients: Client[] = [];

beforeAll(async () => {
  installation = await createInstallation(testServers());
  await installation.open(definition('council', ballot({ mayor: ['zoe', 'ann'] })));
  replica = await installation.start();
  client = connectTo(replica);
  await until('results are shown', async () => (await getResults(replica, 'council')).snapshot);
});
afterAll(async () => {
  for (const each of clients) each.close();
  await installation.close();
});

function connectTo({ grpcAddress }: Replica): ResultsServiceClient {
  const connected = new ResultsServiceClient(grpcAddress, credentials.createInsecure());
  clients.push(connected);
  return connected;
}

/** A message as the document that REST gives. */
function toDocument(message: SnapshotMessage | undefined): Snapshot {
  if (!message) throw new Error('an answer without a snapshot');
  const { electionId, version, counted, hidden, contests, ingestion, asOf, provisional } = message;
  return snapshotSchema.parse({
    electionId,
    version: Number(version),
    counted: Number(counted),
    contests: hidden
      ? null
      : contests.map(({ id, options }) => ({
          id,
          options: options.map(option => ({ id: option.id, votes: Number(option.votes) })),
        })),
    ingestion: ingestion.map(({ instance, votes }) => ({ instance, votes: Number(votes) })),
    asOf: new Date(Number(asOf)).toISOString(),
    provisional,
  });
}

const named = ({ code, metadata }: ServiceError) =>
  `${code} ${String(metadata.get('suffrage-code')[0] ?? '')}`;

const get = (electionId: string, by = client) =>
  new Promise<Snapshot | string>(resolve => {
    by.getResults({ electionId }, (error, response) =>
      resolve(error ? named(error) : toDocument(response.snapshot)),
    );
  });

function watch(electionId: string, by = client) {
  const stream: ClientReadableStream<WatchResultsResponse> = by.watchResults({ electionId });
  const snapshots: Snapshot[] = [];
  stream.on('data', ({ snapshot }: WatchResultsResponse) => void snapshots.push(toDocument(snapshot)));
  const end = new Promise<string>(resolve => {
    stream.once('error', (error: ServiceError) => resolve(named(error)));
    stream.once('end', () => resolve('OK'));
  });
  return { snapshots, end, cancel: () => stream.cancel() };
}

const vote = (electionId: string, counted: number) =>
  countRecords(installation, { electionId, partition: 1, counted, marks: { mayor: 'ann' } });

test('GetResults and WatchResults give the documents of REST, and versions never go back', async () => {
  const watcher = watch('council');
  await until('the newest comes at once', () => watcher.snapshots.length > 0);
  for (let counted = 1; counted <= 3; counted += 1) {
    await vote('council', 1);
    await until('the watcher is told', () => watcher.snapshots.at(-1)?.counted === counted);
  }
  const { snapshot } = await getResults(replica, 'council');
  expect(snapshot).toMatchObject({ counted: 3, contests: [{ options: [{ votes: 0 }, { votes: 3 }] }] });
  await until('both are the same document', async () => {
    const [overRest, overGrpc] = await Promise.all([getResults(replica, 'council'), get('council')]);
    expect(overGrpc).toEqual(overRest.snapshot);
    return true;
  });
  const versions = watcher.snapshots.map(({ version }) => version);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  watcher.cancel();
  expect(await watcher.end).toBe(`${status.CANCELLED} `);
});

test('hidden results are in no answer and no stream until the election is closed', async () => {
  const closesAt = '2098-01-01T00:00:00Z';
  const policy = { resultsPolicy: 'after-close' as const, closesAt };
  const election = definition('hidden', { ...ballot({ mayor: ['ann', 'bob'] }), ...policy });
  await installation.open(election);
  await vote('hidden', 2);
  await until('it is shown', async () => (await getResults(replica, 'hidden')).snapshot?.counted === 2);
  const watcher = watch('hidden');
  expect(await get('hidden')).toMatchObject({ counted: 2, contests: null, provisional: true });
  await until('the newest comes', () => watcher.snapshots.length > 0);
  for (const { contests } of watcher.snapshots) expect(contests).toBeNull();
  await installation.tell({ kind: 'closing', electionId: election.id, closesAt, endOffsets: [] });
  const final = await until('the results are final', () =>
    watcher.snapshots.find(({ provisional }) => !provisional),
  );
  expect(final).toMatchObject({ counted: 2, contests: [{ options: [{ votes: 2 }, { votes: 0 }] }] });
  watcher.cancel();
});

test('what does not exist or can not be read is refused with its code', async () => {
  await until('topic elections is read', async () => (await get('nowhere')) === '5 election-unknown');
  expect(await watch('nowhere').end).toBe('5 election-unknown');
  expect(await get('x'.repeat(64))).toBe('3 field-invalid');
  expect(await get('x'.repeat(2_000))).toBe('8 ');
  const raw = new Client(replica.grpcAddress, credentials.createInsecure());
  clients.push(raw);
  const { path } = ResultsServiceService.getResults;
  const refused = new Promise<string>(resolve => {
    raw.makeUnaryRequest(path, Buffer.from, Buffer.from, Buffer.from([0xff]), error =>
      resolve(error ? named(error) : 'OK'),
    );
  });
  expect(await refused).toBe('3 malformed-message');
});

test('watchers beyond the limit are refused, and a place that is given up is free again', async () => {
  const small = await installation.start({ environment: { SUFFRAGE_SUBSCRIBER_LIMIT: '1' } });
  const by = connectTo(small);
  await until('results are shown', async () => (await getResults(small, 'council')).snapshot);
  const first = watch('council', by);
  await until('it has its place', () => first.snapshots.length > 0);
  expect(await watch('council', by).end).toBe('14 overloaded');
  expect((await fetch(`${small.url}/v1/elections/council/results/stream`)).status).toBe(503);
  first.cancel();
  const next = await until('the place is free', async () => {
    const other = watch('council', by);
    const refused = await Promise.race([
      other.end,
      until('it is told', () => other.snapshots.length > 0).then(() => false),
    ]);
    return refused ? undefined : other;
  });
  await small.close();
  expect(await next.end).toBe('14 not-ready');
});

test('a watcher that reads late gets the newest snapshot, not all of them', async () => {
  const options = Array.from({ length: 250 }, (_, option) => `option-${option}`);
  const contests = Object.fromEntries(
    Array.from({ length: 16 }, (_, contest) => [`contest-${contest}`, options]),
  );
  await installation.open(definition('large', ballot(contests)));
  const { snapshot } = await until('the large election is shown', async () => {
    const results = await getResults(replica, 'large');
    return results.snapshot ? results : undefined;
  });
  const { versions, read, close } = watchLate(replica, 'large');
  const swift = watch('large');
  await until('both watch', () => swift.snapshots.length > 0);
  const base = 1_000_000;
  const last = base + 40;
  for (let version = base + 1; version <= last; version += 1) {
    const json = JSON.stringify({ ...snapshot, version });
    await installation.redis.publish(installation.names.results('large'), json);
  }
  await until('the swift one has the newest', () => swift.snapshots.at(-1)?.version === last);
  read();
  await until('the late one has the newest', () => versions.at(-1) === last);
  expect(versions.length).toBeLessThan(10);
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  swift.cancel();
  close();
});

/** A watcher of our own that takes no more than the windows of HTTP/2 hold before `read`. */
function watchLate({ grpcAddress }: Replica, electionId: string) {
  const session = connect(`http://${grpcAddress}`);
  const { path, requestSerialize } = ResultsServiceService.watchResults;
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const message = requestSerialize({ electionId });
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
  const versions: number[] = [];
  let rest = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      versions.push(toDocument(WatchResultsResponse.decode(rest.subarray(5, end)).snapshot).version);
      rest = rest.subarray(end);
    }
  };
  return { versions, read: () => void stream.on('data', take), close: () => session.destroy() };
}
