import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toBase64url } from '@suffrage/contracts/bytes';
import { checkReceipt } from '@suffrage/contracts/check-receipt';
import { VoteServiceClient } from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { receiptSchema } from '@suffrage/contracts/receipt';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { post, voteBody, voteRequest } from '@suffrage/test/vote-body';

let bed: Testbed;
let secret: TestElection;
let pseudonymous: TestElection;
let ingestion: Awaited<ReturnType<Testbed['ingestion']>>;

beforeAll(async () => {
  bed = await openTestbed({ partitions: 4, shards: 2 });
  secret = await bed.publishElection();
  pseudonymous = await bed.publishElection({ mode: 'pseudonymous' });
  ingestion = await bed.ingestion();
  await until('ingestion is ready', async () => (await fetch(`${ingestion.url}/health/ready`)).ok);
}, 60_000);

afterAll(() => bed.close(), 60_000);

const idOf = ({ election }: TestElection) => election.definition.id;
const cast = (body: unknown, election = secret) => post(ingestion.url, idOf(election), body);
const logged = () => readLog(bed.kafka, bed.topics.votes);

test('an accepted vote lies on the log where its receipt says, and the receipt verifies', async () => {
  const vote = signedVote(secret, { marked: { mayor: ['mayor-2'], council: ['council-1', 'council-4'] } });
  const answer = await cast(voteBody(secret.election, vote));
  expect(answer.status).toBe(201);
  const receipt = receiptSchema.parse(answer.json);
  expect(await checkReceipt(receipt, secret.election.definition.receiptKeys)).toEqual({ ok: true });
  const record = (await logged()).find(
    ({ partition, offset }) => partition === receipt.partition && offset === Number(receipt.offset),
  );
  expect(record?.timestamp).toBe(receipt.timestamp);
  expect(record?.key).toBeNull();
  expect(record?.vote?.salt.reveal()).toEqual(new Uint8Array(vote.salt.reveal()));
  expect(record?.vote?.instance).toBe('ingestion-0');
});

test('copies of a vote sent at the same moment get one receipt', async () => {
  const before = (await logged()).length;
  const body = voteBody(secret.election, signedVote(secret));
  const answers = await Promise.all(Array.from({ length: 100 }, () => cast(body)));
  const places = new Set(answers.map(({ json }) => `${String(json.partition)}/${String(json.offset)}`));
  expect(answers.every(({ status }) => status === 201)).toBe(true);
  // Copies that arrive after the first was confirmed are appended again; those under way together are not.
  expect(places.size).toBe((await logged()).length - before);
  expect(places.size).toBeLessThan(100);
});

test('votes of one batch share a tree and each has its own place in it', async () => {
  const votes = Array.from({ length: 50 }, () => signedVote(secret));
  const receipts = await Promise.all(
    votes.map(async vote => receiptSchema.parse((await cast(voteBody(secret.election, vote))).json)),
  );
  expect(Math.max(...receipts.map(({ treeSize }) => treeSize))).toBeGreaterThan(1);
  expect(new Set(receipts.map(({ partition, offset }) => `${partition}/${offset}`)).size).toBe(50);
  for (const receipt of receipts) {
    expect(await checkReceipt(receipt, secret.election.definition.receiptKeys)).toEqual({ ok: true });
  }
});

test('a broker that accepts connections and says nothing keeps nobody from voting, though it is the first in the list', async () => {
  const mute = createServer(socket => socket.on('error', () => undefined));
  await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  const first = `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  const own = createLifecycle(bed.log);
  const brokers = [first, ...bed.brokers];
  const other = await bed.ingestion({ instance: 'ingestion-mute', lifecycle: own, brokers });
  await until('it is ready', async () => (await fetch(`${other.url}/health/ready`)).ok);
  const body = voteBody(secret.election, signedVote(secret));
  await until(
    'a vote is accepted',
    async () => (await post(other.url, idOf(secret), body)).status === 201,
    30_000,
  );
  await own.close();
  mute.close();
}, 90_000);

test('while the process is asked to stop, votes get a receipt or no connection, and never an answer in doubt', async () => {
  const own = createLifecycle(bed.log);
  const leaving = await bed.ingestion({ instance: 'ingestion-leaving', lifecycle: own });
  await until('it is ready', async () => (await fetch(`${leaving.url}/health/ready`)).ok);
  const statuses: number[] = [];
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  let open = true;
  const voter = async () => {
    while (open) {
      const body = voteBody(secret.election, signedVote(secret));
      const answer = await post(leaving.url, idOf(secret), body).catch(() => undefined);
      if (!answer) return;
      if (statuses.push(answer.status) === 100) resolve();
    }
  };
  const voters = Array.from({ length: 8 }, voter);
  await enough;
  await own.close();
  open = false;
  await Promise.all(voters);
  expect(new Set(statuses)).toEqual(new Set([201]));
}, 60_000);

test('each kind of bad input is refused with its code and field, without a 5xx, and leaves no trace on the log', async () => {
  const before = (await logged()).length;
  const good = voteBody(secret.election, signedVote(secret));
  const foreign = voteBody(pseudonymous.election, signedVote(pseudonymous));
  const deep = `{"selections":${'['.repeat(7000)}${']'.repeat(7000)}}`;
  const cases: [string, number, string | undefined, unknown][] = [
    ['malformed-json', 400, undefined, '{"selections": {'],
    ['malformed-json', 400, undefined, ''],
    ['malformed-json', 400, undefined, '{"__proto__": {"x": 1}}'],
    ['field-invalid', 400, 'selections', deep],
    ['field-invalid', 400, undefined, '[]'],
    ['field-invalid', 400, 'surprise', { ...good, surprise: 1 }],
    ['field-invalid', 400, 'salt', { ...good, salt: undefined }],
    ['field-invalid', 400, 'salt', { ...good, salt: 'not base64url!' }],
    ['field-invalid', 400, 'selections.mayor', { ...good, selections: { mayor: 'mayor-1' } }],
    ['field-invalid', 400, 'revision', { ...good, revision: -1 }],
    ['body-too-large', 413, undefined, { ...good, token: 'A'.repeat(20_000) }],
    [
      'contest-unknown',
      422,
      'selections.senate',
      { ...good, selections: { mayor: ['mayor-1'], senate: [] } },
    ],
    ['option-unknown', 422, 'selections.mayor[0]', { ...good, selections: { mayor: ['mayor-9'] } }],
    [
      'option-repeated',
      422,
      'selections.council[1]',
      { ...good, selections: { mayor: ['mayor-1'], council: ['council-1', 'council-1'] } },
    ],
    ['selections-too-few', 422, 'selections.mayor', { ...good, selections: {} }],
    [
      'selections-too-many',
      422,
      'selections.mayor',
      { ...good, selections: { mayor: ['mayor-1', 'mayor-2'] } },
    ],
    ['salt-length', 422, 'salt', { ...good, salt: toBase64url(randomBytes(31)) }],
    ['revision-invalid', 422, 'revision', { ...good, revision: 1 }],
    [
      'voter-reference-invalid',
      422,
      'voterReference',
      { ...good, voterReference: toBase64url(randomBytes(32)) },
    ],
    ['token-key-unknown', 403, 'tokenKeyId', { ...good, tokenKeyId: toBase64url(randomBytes(32)) }],
    ['token-key-unknown', 403, 'tokenKeyId', { ...foreign, revision: undefined, voterReference: undefined }],
    ['token-invalid', 403, 'token', { ...good, token: toBase64url(randomBytes(256)) }],
    ['token-invalid', 403, 'token', { ...good, token: 'AA' }],
    ['token-invalid', 403, 'token', { ...good, salt: toBase64url(randomBytes(32)) }],
    ['token-invalid', 403, 'token', { ...good, selections: { ...good.selections, mayor: ['mayor-3'] } }],
  ];
  for (const [code, status, field, body] of cases) {
    const answer = await cast(body);
    expect([answer.json.code, answer.status, answer.json.field]).toEqual([code, status, field]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  }
  const pseudonymousBody = voteBody(pseudonymous.election, signedVote(pseudonymous));
  expect((await cast({ ...pseudonymousBody, revision: 2 }, pseudonymous)).json.code).toBe('revision-invalid');
  expect((await post(ingestion.url, 'nowhere', good)).json).toMatchObject({
    code: 'election-unknown',
    status: 404,
  });
  const asText = await post(ingestion.url, idOf(secret), JSON.stringify(good), {
    'content-type': 'text/plain',
  });
  expect(asText.json).toMatchObject({ code: 'media-type-unsupported', status: 415 });
  expect((await fetch(`${ingestion.url}/nothing`)).status).toBe(404);
  expect((await logged()).length).toBe(before);
});

test('a vote altered in any field of its body is refused and never on the log', async () => {
  const before = (await logged()).length;
  const body = voteBody(secret.election, signedVote(secret));
  const flip = (text: string) => (text.startsWith('A') ? `B${text.slice(1)}` : `A${text.slice(1)}`);
  const altered = [
    { ...body, selections: { mayor: ['mayor-2'], council: [] } },
    { ...body, selections: { ...body.selections, council: ['council-1'] } },
    { ...body, salt: flip(body.salt) },
    { ...body, token: flip(body.token) },
    { ...body, tokenKeyId: flip(body.tokenKeyId) },
  ];
  for (const each of altered) expect((await cast(each)).status).toBe(403);
  expect((await logged()).length).toBe(before);
});

test('a vote is taken from opensAt on and refused from closesAt on, by the clock of the append', async () => {
  let now = Date.now();
  const opensAt = now + 2_000;
  const closesAt = now + 4_000;
  const timed = await bed.publishElection({
    opensAt: new Date(opensAt).toISOString(),
    closesAt: new Date(closesAt).toISOString(),
  });
  const own = await bed.ingestion({ instance: 'clocked', clock: () => now });
  await until('the election is known', async () => {
    const answer = await post(own.url, idOf(timed), voteBody(timed.election, signedVote(timed)));
    return answer.json.code === 'election-not-yet-open';
  });
  const at = async (millis: number) => {
    now = millis;
    return (
      (await post(own.url, idOf(timed), voteBody(timed.election, signedVote(timed)))).json.code ?? 'accepted'
    );
  };
  expect(await at(opensAt - 1)).toBe('election-not-yet-open');
  expect(await at(opensAt)).toBe('accepted');
  expect(await at(closesAt - 1)).toBe('accepted');
  expect(await at(closesAt)).toBe('election-closed');
  const times = (await logged())
    .filter(({ vote }) => vote?.electionId === idOf(timed))
    .map(({ timestamp }) => timestamp);
  expect(times.toSorted((a, b) => a - b)).toEqual([opensAt, closesAt - 1]);
});

test('brokers refuse a wrong clock: the vote is answered outcome-unknown and is not on the log', async () => {
  const day = 86_400_000;
  const other = await bed.publishElection({ opensAt: new Date(Date.now() - 3 * day).toISOString() });
  const late = await bed.ingestion({ instance: 'late', clock: () => Date.now() - day });
  await until('the election is known', async () => {
    const { json } = await post(late.url, idOf(other), {
      ...voteBody(other.election, signedVote(other)),
      salt: 'AA',
    });
    return json.code === 'salt-length';
  });
  const answer = await post(late.url, idOf(other), voteBody(other.election, signedVote(other)));
  expect(answer.json.code).toBe('outcome-unknown');
  expect((await logged()).some(({ vote }) => vote?.electionId === idOf(other))).toBe(false);
}, 30_000);

test('a vote over gRPC gets a receipt that verifies, a bad one its code and field as metadata', async () => {
  const client = new VoteServiceClient(ingestion.grpcAddress, credentials.createInsecure());
  const request = voteRequest(secret, signedVote(secret));
  const call = (change?: object) =>
    new Promise<string>(resolve => {
      client.castVote({ ...request, ...change }, (error: ServiceError | null, response) => {
        if (!error) return resolve(`accepted by ${response.receipt?.certificate?.instance ?? ''}`);
        const [code, field] = ['suffrage-code', 'suffrage-field'].map(
          name => error.metadata.get(name)[0] ?? '',
        );
        return resolve(`${error.code} ${String(code)} ${String(field)}`);
      });
    });
  expect(await call()).toBe('accepted by ingestion-0');
  expect(await call({ electionId: 'nowhere' })).toBe('5 election-unknown ');
  expect(await call({ token: randomBytes(256) })).toBe('7 token-invalid token');
  expect(await call({ salt: randomBytes(8) })).toBe('3 salt-length salt');
  const twice = [0, 1].map(() => ({ contestId: 'mayor', optionIds: ['mayor-1'] }));
  expect(await call({ selections: twice })).toBe('3 field-invalid selections[1].contest_id');
  client.close();
});

test('votes of a shard lie only in partitions of that shard', async () => {
  await Promise.all(Array.from({ length: 40 }, () => cast(voteBody(secret.election, signedVote(secret)))));
  const records = await logged();
  expect(new Set(records.map(({ partition }) => partition % 2)).size).toBe(2);
});

test('without tracing no record carries headers', async () => {
  for (const { headers } of await logged()) expect(headers).toEqual({});
});

test('the API describes itself', async () => {
  const openapi: unknown = await (await fetch(`${ingestion.url}/docs/json`)).json();
  expect(JSON.stringify(openapi)).toContain('/v1/elections/{electionId}/votes');
});

test('ingestion without reachable brokers is not ready and answers 503 with Retry-After', async () => {
  const { startIngestion } = await import('./app.ts');
  const ports = await startIngestion(
    {
      SUFFRAGE_ENVIRONMENT: 'development',
      SUFFRAGE_INSTANCE: 'alone',
      SUFFRAGE_LOG_LEVEL: 'silent',
      SUFFRAGE_NAMESPACE: bed.namespace,
      SUFFRAGE_HOST: '127.0.0.1',
      SUFFRAGE_METRICS_PORT: 0,
      SUFFRAGE_HTTP_PORT: 0,
      SUFFRAGE_GRPC_PORT: 0,
      SUFFRAGE_KAFKA_BROKERS: ['127.0.0.1:1'],
      SUFFRAGE_RECEIPT_KEY_FILE: bed.receiptKeyPem,
      SUFFRAGE_BODY_LIMIT_BYTES: 16_384,
      SUFFRAGE_IN_FLIGHT_VOTES: 10,
      SUFFRAGE_WAITING_VOTES: 500,
      SUFFRAGE_VOTES_PER_CALL: 1_000,
      SUFFRAGE_CAST_VOTES_CALLS: 50,
      SUFFRAGE_VOTES_PER_STREAM: 1_000,
      SUFFRAGE_CAST_VOTE_STREAMS: 100,
      SUFFRAGE_LOCAL_QUEUE_BYTES: 1_048_576,
    },
    { log: bed.log },
    bed.lifecycle,
  );
  const url = `http://127.0.0.1:${ports.httpPort}`;
  expect((await fetch(`${url}/health/ready`)).status).toBe(503);
  const answer = await post(url, idOf(secret), voteBody(secret.election, signedVote(secret)));
  expect(answer.json).toMatchObject({ code: 'not-ready', status: 503 });
  expect(answer.headers.get('retry-after')).toBe('1');
});
