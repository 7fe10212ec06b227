import { Client, credentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  VoteServiceClient,
  VoteServiceService,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { receiptSchema } from '@suffrage/contracts/receipt';
import type { CastVoteBody } from '@suffrage/contracts/vote-request';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { post, voteBody, voteRequest } from '@suffrage/test/vote-body';
import { Client as HttpClient, Pool } from 'undici';

const MANY = 400;
const ROUNDS = 40;

let bed: Testbed;
let election: TestElection;
let ingestion: Awaited<ReturnType<Testbed['ingestion']>>;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 4, shards: 1 });
  election = await bed.publishElection();
  ingestion = await bed.ingestion({ settings: { SUFFRAGE_WAITING_VOTES: 1, SUFFRAGE_METRICS_PORT: 0 } });
  await until('ingestion is ready', async () => (await fetch(`${ingestion.url}/health/ready`)).ok);
}, 60_000);

afterAll(() => bed.close(), 60_000);

/** All requests lie in the server's sockets before it looks at the first: sending one by one costs more than serving. */
async function castAtOnce(bodies: readonly CastVoteBody[]) {
  const client = new Pool(ingestion.url, { connections: 8, pipelining: MANY / 8 });
  const path = `/v1/elections/${election.election.definition.id}/votes`;
  const headers = { 'content-type': 'application/json' };
  const request = { path, method: 'POST', headers, idempotent: true } as const;
  const answers = await Promise.all(
    bodies.map(body => client.request({ ...request, body: JSON.stringify(body) })),
  );
  await client.close();
  return answers;
}

test('INV-12: more votes at once than can be looked at: some get a receipt, the others are told to come again, and none is lost or stored unsaid', async () => {
  const bodies: CastVoteBody[] = [];
  const answers: Awaited<ReturnType<typeof castAtOnce>> = [];
  const isRefused = ({ statusCode }: { statusCode: number }) => statusCode !== 201;
  // Again where they trickled in, as they do while others work on this machine.
  for (let round = 0; round < ROUNDS && !answers.some(isRefused); round += 1) {
    const more = Array.from({ length: MANY }, () => voteBody(election.election, signedVote(election)));
    answers.push(...(await castAtOnce(more)));
    bodies.push(...more);
  }
  const refused = answers.filter(isRefused);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(bodies.length);
  for (const { statusCode, headers, body } of refused) {
    const { code } = (await body.json()) as { code: string };
    expect({ statusCode, code, after: headers['retry-after'] }).toEqual({
      statusCode: 503,
      code: 'overloaded',
      after: '1',
    });
  }
  expect((await readLog(bed.kafka, bed.topics.votes)).length).toBe(bodies.length - refused.length);
  // What was refused is taken when it comes again.
  const again = bodies.filter((_, place) => answers[place]?.statusCode !== 201);
  for (const body of again.slice(0, 20)) {
    receiptSchema.parse((await post(ingestion.url, election.election.definition.id, body)).json);
  }
}, 60_000);

test('INV-12: a stream is held back instead, and has all its votes accepted', async () => {
  const client = new VoteServiceClient(ingestion.grpcAddress, credentials.createInsecure());
  const request = () => voteRequest(election, signedVote(election));
  const stream = client.castVoteStream();
  const receipts: boolean[] = [];
  stream.on('data', ({ result }) => receipts.push(result?.receipt !== undefined));
  for (let sent = 0; sent < MANY; sent += 1) stream.write({ vote: request() });
  stream.end();
  await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
  expect(receipts).toEqual(Array.from({ length: MANY }, () => true));
  client.close();
});

test('a full instance refuses each vote of a connection in the same words, and counts it', async () => {
  const full = await bed.ingestion({ settings: { SUFFRAGE_WAITING_VOTES: 0, SUFFRAGE_METRICS_PORT: 0 } });
  const { id } = election.election.definition;
  const client = new HttpClient(full.url);
  const cast = () => {
    const body = JSON.stringify(voteBody(election.election, signedVote(election)));
    const headers = { 'content-type': 'application/json' };
    return client.request({ path: `/v1/elections/${id}/votes`, method: 'POST', headers, body });
  };
  const answers: unknown[] = [];
  for (let sent = 0; sent < 3; sent += 1) {
    const { statusCode, headers, body } = await cast();
    answers.push([statusCode, headers['content-type'], headers['retry-after'], await body.json()]);
  }
  const refusal = [
    503,
    'application/problem+json; charset=utf-8',
    '1',
    expect.objectContaining({ code: 'overloaded' }),
  ];
  expect(answers).toEqual([refusal, refusal, refusal]);
  await client.close();
  const metrics = await (await fetch(`http://127.0.0.1:${full.metricsPort}/metrics`)).text();
  expect(metrics).toMatch(
    /^suffrage_ingestion_votes_total\{(?=.*transport="rest")(?=.*code="overloaded").*\} 3$/m,
  );
});

test('a full instance refuses votes over gRPC and is still healthy: a balancer that took it off would overload the others', async () => {
  const full = await bed.ingestion({ settings: { SUFFRAGE_WAITING_VOTES: 0 } });
  const client = new Client(full.grpcAddress, credentials.createInsecure());
  const codeOf = (path: string) =>
    new Promise<number>(resolve => {
      client.makeUnaryRequest(path, Buffer.from, Buffer.from, Buffer.alloc(0), error =>
        resolve(error?.code ?? status.OK),
      );
    });
  const { castVote, castVotes } = VoteServiceService;
  for (const { path } of [castVote, castVotes]) expect(await codeOf(path)).toBe(status.UNAVAILABLE);
  expect(await codeOf('/grpc.health.v1.Health/Check')).toBe(status.OK);
  client.close();
});
