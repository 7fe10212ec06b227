import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { toBase64url } from '@suffrage/contracts/bytes';
import {
  type CastVoteRequest,
  type CastVoteResult,
  CastVotesRequest,
  CastVotesResponse,
  CastVoteStreamRequest,
  CastVoteStreamResponse,
  VoteServiceClient,
  VoteServiceService,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { voteRequest } from '@suffrage/test/vote-body';

type Ingestion = Awaited<ReturnType<Testbed['ingestion']>>;

let bed: Testbed;
let made: TestElection;
let ingestion: Ingestion;
let client: VoteServiceClient;
const clients: Client[] = [];

beforeAll(async () => {
  bed = await openTestbed();
  made = await bed.publishElection();
  ingestion = await start();
  client = connect(ingestion);
}, 60_000);

afterEach(() => {
  for (const each of clients.splice(1)) each.close();
});

afterAll(async () => {
  for (const each of clients) each.close();
  await bed?.close();
}, 60_000);

async function start(options: Parameters<Testbed['ingestion']>[0] = {}): Promise<Ingestion> {
  const started = await bed.ingestion(options);
  await until('it is ready', async () => (await fetch(`${started.url}/health/ready`)).ok);
  return started;
}

function connect({ grpcAddress }: Ingestion): VoteServiceClient {
  const connected = new VoteServiceClient(grpcAddress, credentials.createInsecure());
  clients.push(connected);
  return connected;
}

function newVote(change: Partial<CastVoteRequest> = {}): CastVoteRequest {
  return { ...voteRequest(made, signedVote(made)), ...change };
}

const newVotes = (count: number) => Array.from({ length: count }, () => newVote());

/** A vote that is refused without any signature being made or checked. */
const cheap = (place: number) => newVoteWithout(`nowhere-${place}`);
const newVoteWithout = (electionId: string): CastVoteRequest => ({
  electionId,
  selections: [],
  salt: new Uint8Array(),
  token: new Uint8Array(),
  tokenKeyId: new Uint8Array(),
  revision: 0,
  voterReference: new Uint8Array(),
});

type Outcome<T> = { readonly error: ServiceError | null; readonly response: T | undefined };

const castVotes = (votes: readonly CastVoteRequest[], by = client) =>
  new Promise<Outcome<CastVotesResponse>>(resolve => {
    by.castVotes({ votes }, (error, response) => resolve({ error, response }));
  });

const castAlone = (vote: CastVoteRequest) =>
  new Promise<string>(resolve => {
    client.castVote(vote, (error, response) =>
      resolve(
        error ? nameError(error) : `accepted ${toBase64url(response.receipt?.voteId ?? new Uint8Array())}`,
      ),
    );
  });

function nameError({ code, details, metadata }: ServiceError): string {
  const [reason = '', field = ''] = ['suffrage-code', 'suffrage-field'].map(name => metadata.get(name)[0]);
  return `${code} ${String(reason)} ${String(field)} ${details}`;
}

/** In the words of `castAlone`. */
function nameResult({ receipt, refusal }: CastVoteResult): string {
  if (refusal) return `${refusal.status} ${refusal.code} ${refusal.field} ${refusal.title}`;
  return `accepted ${toBase64url(receipt?.voteId ?? new Uint8Array())}`;
}

const badVotes = (): CastVoteRequest[] => [
  newVote({ electionId: 'nowhere' }),
  newVote({ token: randomBytes(256) }),
  newVote({ salt: randomBytes(8) }),
  newVote({ selections: [0, 1].map(() => ({ contestId: 'mayor', optionIds: ['mayor-1'] })) }),
  newVote({ selections: [{ contestId: 'mayor', optionIds: ['mayor-9'] }] }),
  newVote({ revision: 3 }),
];

/** Votes of which some are bad, and what each gets when it is sent alone. */
async function mixedVotes(): Promise<{ votes: CastVoteRequest[]; expected: string[] }> {
  const bad = badVotes();
  const votes = [...newVotes(30), ...bad, ...newVotes(30), ...bad, ...newVotes(3)];
  return { votes, expected: await Promise.all(votes.map(castAlone)) };
}

const logged = () => readLog(bed.kafka, bed.topics.votes);
const saltsOnLog = async () =>
  new Set((await logged()).map(({ vote }) => toBase64url(vote?.salt.reveal() ?? new Uint8Array())));

/** Sends `votes`, half-closes, and reads to the end. */
function castStream(
  votes: readonly CastVoteRequest[],
  by = client,
  options = {},
): Promise<{ results: CastVoteResult[]; end: string }> {
  const stream = by.castVoteStream(new Metadata(), options);
  const collected = collect(stream);
  for (const vote of votes) stream.write({ vote });
  stream.end();
  return collected;
}

/** What came, and how it ended. */
function collect(
  stream: ClientReadableStream<CastVoteStreamResponse>,
): Promise<{ results: CastVoteResult[]; end: string }> {
  const results: CastVoteResult[] = [];
  stream.on('data', ({ result }: CastVoteStreamResponse) => {
    if (result) results.push(result);
  });
  return new Promise(resolve => {
    stream.once('error', (error: ServiceError) => resolve({ results, end: nameError(error) }));
    stream.once('end', () => resolve({ results, end: 'OK' }));
  });
}

test('many votes in one call get their results in order, each what it would get alone', async () => {
  const { votes, expected } = await mixedVotes();
  const { error, response } = await castVotes(votes);
  expect(error).toBeNull();
  expect(response?.results.map(nameResult)).toEqual(expected);
  expect(expected.filter(name => name.startsWith('accepted')).length).toBe(63);
}, 30_000);

test('a stream gives the results in the order of the votes, each what it would get alone', async () => {
  const { votes, expected } = await mixedVotes();
  const { results, end } = await castStream(votes);
  expect(results.map(nameResult)).toEqual(expected);
  expect(end).toBe('OK');
}, 30_000);

test('1,000 votes fit one call, 1,001 are refused as a whole and nothing of them is stored', async () => {
  const vote = newVote();
  const { response } = await castVotes(Array.from({ length: 1_000 }, () => vote));
  expect(response?.results.filter(({ receipt }) => receipt).length).toBe(1_000);
  const before = (await logged()).length;
  const { error } = await castVotes([newVote(), ...Array.from({ length: 1_000 }, () => vote)]);
  expect(error && nameError(error)).toContain(`${status.INVALID_ARGUMENT} field-invalid votes`);
  expect((await logged()).length).toBe(before);
  expect((await castVotes([])).response?.results).toEqual([]);
}, 30_000);

test('the votes of one call are appended to a shard as one batch, the last of them refused or not', async () => {
  const votes = [...Array.from({ length: 200 }, () => newVote()), newVote({ token: randomBytes(256) })];
  const { response } = await castVotes(votes);
  const receipts = response?.results.flatMap(({ receipt }) => receipt ?? []) ?? [];
  expect(receipts.length).toBe(200);
  const shards = Map.groupBy(receipts, ({ partition }) => partition);
  for (const together of shards.values())
    expect(new Set(together.map(({ treeSize }) => treeSize))).toEqual(new Set([together.length]));
}, 30_000);

test('a message beyond the limit ends its call and nobody else’s', async () => {
  const large = newVote({ token: randomBytes(3 * 1024 * 1024) });
  const [call, stream, alone] = await Promise.all([
    castVotes([large]),
    castStream([large]),
    castAlone(newVote()),
  ]);
  expect(call.error?.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(stream.end).toMatch(new RegExp(`^${status.RESOURCE_EXHAUSTED} `));
  expect(alone).toMatch(/^accepted/);
});

test('unreadable and too large votes of a stream are refused in their place, and the stream goes on', async () => {
  const raw = new Client(ingestion.grpcAddress, credentials.createInsecure());
  clients.push(raw);
  const stream = raw.makeBidiStreamRequest(
    VoteServiceService.castVoteStream.path,
    (bytes: Buffer) => bytes,
    CastVoteStreamResponse.decode,
  );
  const collected = collect(stream);
  const encode = (vote: CastVoteRequest) => Buffer.from(CastVoteStreamRequest.encode({ vote }).finish());
  const sent = [
    Buffer.from([0x0a, 0xff]),
    encode(newVote()),
    encode(newVote({ token: randomBytes(20_000) })),
    Buffer.alloc(0),
    encode(newVote()),
  ];
  for (const bytes of sent) stream.write(bytes);
  stream.end();
  const { results, end } = await collected;
  expect(results.map(({ refusal }) => refusal?.code ?? 'accepted')).toEqual([
    'malformed-message',
    'accepted',
    'body-too-large',
    'malformed-message',
    'accepted',
  ]);
  expect(end).toBe('OK');
});

/** A message of CastVotes as these bytes. */
function castBytes(bytes: Buffer): Promise<Outcome<CastVotesResponse>> {
  const raw = new Client(ingestion.grpcAddress, credentials.createInsecure());
  clients.push(raw);
  return new Promise(resolve => {
    raw.makeUnaryRequest(
      VoteServiceService.castVotes.path,
      Buffer.from,
      CastVotesResponse.decode,
      bytes,
      (error, response) => resolve({ error, response }),
    );
  });
}

test('what can not be read as CastVotes is refused as a whole', async () => {
  const { error } = await castBytes(Buffer.from([0x0a, 0xff]));
  expect(error && nameError(error)).toContain(`${status.INVALID_ARGUMENT} malformed-message`);
});

test('a million empty votes in one message are refused and take no memory', async () => {
  const million = Buffer.alloc(2 * 1024 * 1024, Buffer.from([0x0a, 0x00]));
  const before = process.memoryUsage().heapTotal;
  const refused = await Promise.all(Array.from({ length: 5 }, () => castBytes(million)));
  for (const { error } of refused) {
    expect(error && nameError(error)).toContain(`${status.INVALID_ARGUMENT} field-invalid votes`);
  }
  expect(process.memoryUsage().heapTotal - before).toBeLessThan(200 * 1024 * 1024);
}, 30_000);

test('unreadable and too large votes of a call are refused in their place, the others are accepted', async () => {
  const encode = (vote: CastVoteRequest) => Buffer.from(CastVotesRequest.encode({ votes: [vote] }).finish());
  const { response } = await castBytes(
    Buffer.concat([
      encode(newVote()),
      Buffer.from([0x0a, 0x02, 0x0a, 0xff]),
      encode(newVote({ token: randomBytes(20_000) })),
      encode(newVote()),
    ]),
  );
  expect(response?.results.map(({ refusal }) => refusal?.code ?? 'accepted')).toEqual([
    'accepted',
    'malformed-message',
    'body-too-large',
    'accepted',
  ]);
});

test('a client that does not read its results is not read from, and misses none when it does', async () => {
  const settings = { SUFFRAGE_VOTES_PER_STREAM: 20 };
  const own = await start({ instance: 'unread', settings });
  const { session, stream } = openRawStream(own);
  const total = 4_000;
  const large = (place: number) => ({ ...cheap(place), salt: new Uint8Array(2_000) });
  let sent = 0;
  const sendNext = () => {
    if (sent === total) return stream.end();
    return stream.write(frame(large(sent)), () => {
      sent += 1;
      sendNext();
    });
  };
  sendNext();
  let last = -1;
  await until('nothing moves any more', async () => {
    last = sent;
    await sleep(500);
    return sent === last && sent > 0;
  });
  // What the client could send lies in the windows of HTTP/2 and in the 20 votes that were taken.
  expect(sent).toBeLessThan(total / 2);
  expect((await castVotes([newVote()], connect(own))).response?.results.length).toBe(1);
  let results = 0;
  let rest = Buffer.alloc(0);
  stream.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      rest = rest.subarray(5 + rest.readUInt32BE(1));
      results += 1;
    }
  });
  const [trailers] = await once(stream, 'trailers');
  expect(trailers['grpc-status']).toBe('0');
  expect(results).toBe(total);
  session.destroy();
}, 60_000);

/** A client of our own, that reads only what it is told to. */
function openRawStream({ grpcAddress }: Ingestion, session = openSession(grpcAddress)) {
  const stream = session.request({
    ':method': 'POST',
    ':path': VoteServiceService.castVoteStream.path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined);
  return { session, stream };
}

function openSession(address: string) {
  const session = connectHttp2(`http://${address}`);
  session.on('error', () => undefined);
  return session;
}

/** A message of a stream as it is on the wire. */
function frame(vote: CastVoteRequest): Buffer {
  const message = CastVoteStreamRequest.encode({ vote }).finish();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

test('streams and calls that are given up, or miss their deadline, give their place back', async () => {
  const settings = { SUFFRAGE_CAST_VOTE_STREAMS: 2, SUFFRAGE_CAST_VOTES_CALLS: 2 };
  const own = connect(await start({ instance: 'places', settings }));
  const streams = [0, 1].map(() => own.castVoteStream());
  const ends = streams.map(collect);
  for (const stream of streams) stream.write({ vote: newVote() });
  await until('there is no place', async () => (await castStream([], own)).end.includes(' overloaded '));
  for (const stream of streams) stream.cancel();
  for (const { end } of await Promise.all(ends)) expect(end).toContain(`${status.CANCELLED} `);
  await until('there is a place', async () => (await castStream([newVote()], own)).end === 'OK');

  for (let round = 0; round < 5; round += 1) {
    const stream = own.castVoteStream(new Metadata(), { deadline: Date.now() + 100 });
    const end = collect(stream);
    stream.write({ vote: newVote() });
    expect((await end).end).toContain(`${status.DEADLINE_EXCEEDED} `);
    await until('the place is free', async () => (await castStream([newVote()], own)).end === 'OK');
  }

  const votes = newVotes(50);
  for (let round = 0; round < 5; round += 1) {
    const call = own.castVotes({ votes }, () => undefined);
    setTimeout(() => call.cancel(), round);
  }
  await until('the calls are over', async () => {
    const answers = await Promise.all([castVotes(votes, own), castVotes(votes, own)]);
    return answers.every(({ error }) => error === null);
  });
}, 60_000);

test('while the process is asked to stop, no vote of a call or stream is stored without its result', async () => {
  const own = createLifecycle(bed.log);
  const leaving = await start({ instance: 'leaving', lifecycle: own });
  const by = connect(leaving);
  const answered = new Set<string>();
  const sent = new Set<string>();
  const inDoubt: string[] = [];
  const remember = (votes: readonly CastVoteRequest[], results: readonly CastVoteResult[]) => {
    for (const { salt } of votes) sent.add(toBase64url(salt));
    for (const [place, result] of results.entries()) {
      if (result.receipt) answered.add(toBase64url(votes[place]?.salt ?? new Uint8Array()));
      else inDoubt.push(nameResult(result));
    }
  };
  let isOpen = true;
  const stop = new AbortController();
  const streamer = async () => {
    const stream = by.castVoteStream();
    const collected = collect(stream);
    const votes: CastVoteRequest[] = [];
    stop.signal.addEventListener('abort', () => stream.cancel());
    while (isOpen && !stream.destroyed) {
      const vote = newVote();
      votes.push(vote);
      stream.write({ vote });
      await sleep(1);
    }
    const { results, end } = await collected;
    remember(votes, results);
    return end;
  };
  const caller = async () => {
    for (;;) {
      const votes = newVotes(5);
      const { error, response } = await castVotes(votes, by);
      remember(votes, response?.results ?? []);
      if (error) return nameError(error);
    }
  };
  const ends = Promise.all([streamer(), streamer(), caller()]);
  await until('votes are being cast', () => bedHasVotesOf('leaving'));
  await own.close();
  isOpen = false;
  const [first, second, last] = await ends;
  for (const end of [first, second]) expect(end).toContain(`${status.UNAVAILABLE} not-ready`);
  expect(last).toMatch(new RegExp(`^${status.UNAVAILABLE} `));
  expect(inDoubt).toEqual([]);
  const stored = [...(await saltsOnLog())].filter(salt => sent.has(salt));
  expect(stored.length).toBeGreaterThan(0);
  expect(new Set(stored)).toEqual(answered);
}, 60_000);

async function bedHasVotesOf(instance: string): Promise<boolean> {
  return (await logged()).filter(({ vote }) => vote?.instance === instance).length > 20;
}

test('streams that are opened and reset as fast as it goes take no place from others', async () => {
  const settings = { SUFFRAGE_CAST_VOTE_STREAMS: 50 };
  const own = await start({ instance: 'resets', settings });
  const by = connect(own);
  let isOver = false;
  const body = frame(newVote());
  const attack = async () => {
    for (let round = 0; round < 40; round += 1) {
      const session = openSession(own.grpcAddress);
      for (let one = 0; one < 40 && !session.destroyed; one += 1) {
        const { stream } = openRawStream(own, session);
        stream.write(body);
        if (one % 2 === 0) await sleep(1);
        stream.close(constants.NGHTTP2_CANCEL);
      }
      session.destroy();
    }
    isOver = true;
  };
  const attacking = attack();
  let served = 0;
  while (!isOver) {
    const answer = await castVotes([newVote()], by);
    expect(answer.error).toBeNull();
    served += 1;
    await sleep(5);
  }
  await attacking;
  expect(served).toBeGreaterThan(0);
  await until('all places are free', async () => {
    const opened = Array.from({ length: 50 }, () => castStream([cheap(1)], by));
    return (await Promise.all(opened)).every(({ end }) => end === 'OK');
  });
}, 60_000);

test('the health service and, in development, server reflection answer', async () => {
  const raw = new Client(ingestion.grpcAddress, credentials.createInsecure());
  clients.push(raw);
  const health = await new Promise<Buffer | undefined>((resolve, reject) => {
    raw.makeUnaryRequest(
      '/grpc.health.v1.Health/Check',
      Buffer.from,
      Buffer.from,
      Buffer.alloc(0),
      (error, answer) => (error ? reject(error) : resolve(answer)),
    );
  });
  // HealthCheckResponse { status: SERVING }
  expect(health).toEqual(Buffer.from([0x08, 0x01]));
  const listing = await new Promise<string>((resolve, reject) => {
    const stream = raw.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      Buffer.from,
      Buffer.from,
    );
    stream.on('data', (answer: Buffer) => resolve(answer.toString('latin1')));
    stream.on('error', reject);
    // ServerReflectionRequest { list_services: "*" }
    stream.end(Buffer.from([0x3a, 0x01, 0x2a]));
  });
  expect(listing).toContain('suffrage.v1.VoteService');
});
