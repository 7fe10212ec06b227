import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '@suffrage/audit/audit';
import { castVote } from '@suffrage/client/cast-vote';
import { grpcTransport } from '@suffrage/client/grpc-transport.node';
import { restTransport, type SignedBallot, toBody } from '@suffrage/client/transport';
import { toBase64url } from '@suffrage/contracts/bytes';
import type { TestElection } from '@suffrage/contracts/testing.node';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import type { Part } from '@suffrage/stack/part';
import { programs, repositoryDirectory } from '@suffrage/stack/paths';
import { freePorts } from '@suffrage/stack/ports';
import { NODE_ARGUMENTS } from '@suffrage/stack/services';
import { armedPart } from '@suffrage/test/armed-part';
import { signedBallot, voteIdOf } from '@suffrage/test/ballot';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { post } from '@suffrage/test/vote-body';

let directory: string;
let infrastructure: Infrastructure;
let broker: Part;
let bed: Testbed;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'suffrage-local-queue-'));
  infrastructure = await startInfrastructure({ dataDirectory: directory, ports: 'free', brokers: 1 });
  broker = infrastructure.kafka.brokers[0] ?? broker;
  bed = await openTestbed({
    shards: 2,
    servers: {
      brokers: infrastructure.kafka.addresses,
      postgresUrl: infrastructure.postgres.adminUrl,
      redisUrl: infrastructure.redis.url,
    },
  });
}, 120_000);

afterAll(async () => {
  await bed?.close();
  await infrastructure?.stop();
  await rm(directory, { recursive: true, force: true });
}, 120_000);

const ids = (ballots: readonly SignedBallot[]) => ballots.map(({ vote }) => vote.voteIdText);
const electionOf = ({ vote }: SignedBallot) => vote.election.definition.id;

async function ready(url: string) {
  const response = await fetch(`${url}/health/ready`);
  return { ok: response.ok, report: await response.text() };
}

async function localStatus(url: string, ballot: SignedBallot): Promise<unknown> {
  const response = await fetch(`${url}/v1/elections/${electionOf(ballot)}/votes/${ballot.vote.voteIdText}`);
  const json = JSON.parse(await response.text());
  return response.ok ? json.status : `${response.status} ${json.code}`;
}

/** Sends a vote again until it is on the disk; what the client library would not be content with. */
async function castOntoDisk(url: string, ballot: SignedBallot): Promise<void> {
  await until('the vote is kept', async () => {
    const { status, json } = await post(url, electionOf(ballot), toBody(ballot));
    if (status === 202) expect(json).toMatchObject({ durability: 'local', voteId: ballot.vote.voteIdText });
    return status === 202;
  });
}

/** Vote ID -> times of its records. */
async function logged(made: TestElection): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>();
  for (const { vote, timestamp } of await readLog(bed.kafka, bed.topics.votes)) {
    if (vote?.electionId !== made.election.definition.id) continue;
    const id = toBase64url(voteIdOf(made, vote));
    times.set(id, [...(times.get(id) ?? []), timestamp]);
  }
  return times;
}

async function ingestionWithQueue(name: string, bytes = 1_000_000) {
  const ingestion = await bed.ingestion({
    instance: name,
    settings: {
      SUFFRAGE_LOCAL_QUEUE_DIRECTORY: join(directory, name),
      SUFFRAGE_LOCAL_QUEUE_BYTES: bytes,
    },
  });
  await until('ingestion is ready', async () => (await ready(ingestion.url)).ok);
  return ingestion;
}

async function knownTo(url: string, made: TestElection) {
  const { vote } = signedBallot(made);
  await until('the election is known', async () => {
    const { json } = await post(url, vote.election.definition.id, {
      ...toBody(signedBallot(made)),
      salt: 'AA',
    });
    return json.code === 'salt-length';
  });
}

test('without the log votes are kept on disk over REST and gRPC, told so, and appended when it is back', async () => {
  const made = await bed.publishElection();
  const ingestion = await ingestionWithQueue('outage');
  await knownTo(ingestion.url, made);
  await broker.kill();

  const [kept, waiting] = [signedBallot(made), signedBallot(made)];
  await castOntoDisk(ingestion.url, kept);
  const rest = castVote(restTransport(ingestion.url), waiting);
  const grpc = grpcTransport(ingestion.grpcAddress);
  const overGrpc = signedBallot(made);
  await until('gRPC says that it is kept', async () => {
    const answer = await grpc.transport(overGrpc, AbortSignal.timeout(10_000));
    return answer.kind === 'held-locally';
  });
  expect(await localStatus(ingestion.url, kept)).toBe('accepted-local');
  expect(await localStatus(ingestion.url, signedBallot(made))).toBe('404 vote-unknown');
  // Longer than elections may be unread for an append.
  await until(
    'the elections are too old to append anything',
    async () => (await ready(ingestion.url)).report.includes('"elections":"unavailable"'),
    30_000,
  );
  const later = signedBallot(made);
  await castOntoDisk(ingestion.url, later);
  const health = await ready(ingestion.url);
  expect(health.ok).toBe(true);
  expect(health.report).toContain('"status":"degraded"');

  const back = Date.now();
  await broker.start();
  expect(await rest).toMatchObject({ status: 'accepted' });
  expect(await castVote(grpc.transport, overGrpc)).toMatchObject({ status: 'accepted' });
  grpc.close();
  for (const ballot of [kept, later]) {
    await until('the vote has left the disk', async () => {
      return (await localStatus(ingestion.url, ballot)) === '404 vote-unknown';
    });
    expect(await castVote(restTransport(ingestion.url), ballot)).toMatchObject({ status: 'accepted' });
  }
  const onLog = await logged(made);
  expect([...onLog.keys()].toSorted()).toEqual(ids([kept, waiting, overGrpc, later]).toSorted());
  // Its first record has the time of the replay, not that of the outage.
  expect(Math.min(...(onLog.get(later.vote.voteIdText) ?? []))).toBeGreaterThanOrEqual(back);
}, 180_000);

test('a vote kept before the closing and not appended before it is never appended, and says so', async () => {
  const closesAt = Date.now() + 25_000;
  const made = await bed.publishElection({ closesAt: new Date(closesAt).toISOString() });
  const ingestion = await ingestionWithQueue('closing');
  await knownTo(ingestion.url, made);
  await broker.kill();
  const ballot = signedBallot(made);
  await castOntoDisk(ingestion.url, ballot);
  const patient = castVote(restTransport(ingestion.url), ballot, { deadlineMillis: 120_000 });
  await until('the election is closed', () => Date.now() >= closesAt, 30_000);
  expect(await localStatus(ingestion.url, ballot)).toBe('accepted-local');
  await broker.start();
  await until(
    'it has expired',
    async () => (await localStatus(ingestion.url, ballot)) === 'expired-local',
    30_000,
  );
  expect(await patient).toMatchObject({ status: 'unknown', heldLocally: true });
  expect((await post(ingestion.url, electionOf(ballot), toBody(ballot))).json.code).toBe('election-closed');
  expect((await logged(made)).size).toBe(0);
}, 180_000);

test('a full queue refuses visibly, and the instance is not ready any more', async () => {
  const made = await bed.publishElection();
  const ingestion = await ingestionWithQueue('full', 131_072);
  await knownTo(ingestion.url, made);
  await broker.kill();
  await castOntoDisk(ingestion.url, signedBallot(made));
  const answers: number[] = [];
  await until('the queue is full', async () => {
    const ballot = signedBallot(made);
    const { status, json } = await post(ingestion.url, electionOf(ballot), toBody(ballot));
    answers.push(status);
    return json.code === 'log-unavailable' || json.code === 'not-ready';
  });
  expect(answers.filter(status => status === 202).length).toBeGreaterThan(20);
  expect(answers.length).toBeLessThan(200);
  await until('the brokers are known to be away', async () => !(await ready(ingestion.url)).ok);
  await broker.start();
  await until('it is ready again', async () => (await ready(ingestion.url)).ok, 30_000);
}, 120_000);

/** Ingestion as a process of its own, to be killed. */
async function ingestionProcess(name: string) {
  const [http = 0, grpc = 0, metrics = 0] = await freePorts(3);
  const keyFile = join(directory, `${name}.key`);
  await writeFile(keyFile, bed.receiptKeyPem, { mode: 0o600 });
  const logFile = join(directory, 'logs', `${name}.log`);
  const url = `http://127.0.0.1:${http}`;
  const part = infrastructure.parts.add({
    name,
    ports: { http, grpc, metrics },
    process: {
      command: programs.node,
      args: [...NODE_ARGUMENTS, join(repositoryDirectory, 'services/ingestion/src/main.ts')],
      environment: {
        SUFFRAGE_ENVIRONMENT: 'development',
        SUFFRAGE_INSTANCE: name,
        SUFFRAGE_NAMESPACE: bed.namespace,
        SUFFRAGE_HTTP_PORT: String(http),
        SUFFRAGE_GRPC_PORT: String(grpc),
        SUFFRAGE_METRICS_PORT: String(metrics),
        SUFFRAGE_KAFKA_BROKERS: infrastructure.kafka.bootstrap,
        SUFFRAGE_RECEIPT_KEY_FILE: keyFile,
        SUFFRAGE_LOCAL_QUEUE_DIRECTORY: join(directory, `${name}-queue`),
      },
      directory: repositoryDirectory,
      logFile,
    },
    probe: { kind: 'http', url: `${url}/health/live` },
    stopSignal: 'SIGTERM',
    startDeadlineMs: 60_000,
    stopDeadlineMs: 30_000,
  });
  return {
    part,
    url,
    /** Votes that its log tells of as replayed, in all its lives. */
    replayed: async () => {
      const lines = (await readFile(logFile, 'utf8'))
        .split('\n')
        .filter(line => line.includes('were replayed'));
      return lines.reduce((sum, line) => sum + Number(JSON.parse(line).votes), 0);
    },
    held: async () => {
      const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
      return Number(/^suffrage_ingestion_local_queue_held_votes\{[^}]*\} (\d+)$/m.exec(text)?.[1]);
    },
  };
}

test('an instance killed while it keeps votes and twice while it replays them loses none, and none is counted twice', async () => {
  const made = await bed.publishElection();
  const ingestion = await ingestionProcess('crashing');
  const { part, url } = ingestion;
  // Dies in the middle of keeping votes: some are on the disk and nobody has been told.
  const keeping = armedPart(part, 'queue-write', 200);
  await keeping.start();
  await until('ingestion is ready', async () => (await ready(url)).ok);
  await knownTo(url, made);
  await broker.kill();

  const kept: SignedBallot[] = [];
  const casters = Array.from({ length: 16 }, async () => {
    for (;;) {
      const ballot = signedBallot(made);
      // The kill is what ends it.
      const answer = await post(url, electionOf(ballot), toBody(ballot)).catch(() => undefined);
      if (!answer) return;
      if (answer.status === 202) kept.push(ballot);
    }
  });
  await until('it has killed itself', () => !keeping.isRunning(), 120_000);
  await Promise.all(casters);
  expect(kept.length).toBeGreaterThan(200);

  await part.start();
  for (const ballot of kept.filter((_, place) => place % 20 === 0)) {
    expect(await localStatus(url, ballot)).toBe('accepted-local');
  }
  await broker.start();
  await part.stop();
  // Twice it dies when votes are on the log and still on the disk.
  for (const passes of [0, 1]) {
    const replaying = armedPart(part, 'queue-replay', passes);
    await replaying.start().catch(() => undefined);
    await until('it has killed itself', () => !replaying.isRunning(), 60_000);
  }
  expect(await ingestion.replayed()).toBeLessThan(kept.length);
  await part.start();
  await until('the queue is empty', async () => (await ingestion.held()) === 0, 60_000);

  const onLog = await logged(made);
  expect(ids(kept).filter(id => !onLog.has(id))).toEqual([]);
  await bed.processor();
  const databaseUrls = [bed.databaseUrl, bed.databaseUrl];
  const report = await audit({
    brokers: bed.brokers,
    databaseUrls,
    namespace: bed.namespace,
    waitMillis: 60_000,
  });
  expect(report.findings.first).toEqual([]);
  expect(report.balances).toBe(true);
  expect(report.votes[made.election.definition.id]).toBe(onLog.size);
  await part.stop();
}, 300_000);
