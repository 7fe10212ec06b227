import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { toBase64url } from '@suffrage/contracts/bytes';
import { errorCodes } from '@suffrage/contracts/errors';
import {
  CastVoteRequest,
  type CastVoteResult,
  CastVotesResponse,
  CastVoteStreamResponse,
  VoteServiceService,
} from '@suffrage/contracts/generated/suffrage/v1/vote_service';
import { signedVote, type TestElection } from '@suffrage/contracts/testing.node';
import type { Vote } from '@suffrage/contracts/vote';
import { voteIdOf } from '@suffrage/test/ballot';
import { until } from '@suffrage/test/poll';
import { readLog } from '@suffrage/test/read-log';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { voteRequest } from '@suffrage/test/vote-body';
import fc from 'fast-check';

let bed: Testbed;
let made: TestElection;
let raw: Client;

beforeAll(async () => {
  bed = await openTestbed();
  made = await bed.publishElection();
  const { grpcAddress } = await bed.ingestion();
  raw = new Client(grpcAddress, credentials.createInsecure());
  const short = { ...voteRequest(made, signedVote(made)), salt: new Uint8Array(1) };
  const bytes = CastVoteRequest.encode(short).finish();
  await until('the election is known', async () => {
    const { code } = await sendBytes(VoteServiceService.castVote.path, bytes);
    return code === 'salt-length';
  });
}, 60_000);

afterAll(async () => {
  raw?.close();
  await bed?.close();
}, 60_000);

const RUNS = { numRuns: 200 };
const LONG = 120_000;
const OK: number = status.OK;

type Unary = { readonly grpc: number; readonly code: string; readonly answer: Buffer };

/** Sends bytes as they are; gives the status, the registry's code and what was answered. */
function sendBytes(path: string, bytes: Uint8Array): Promise<Unary> {
  return new Promise(resolve => {
    raw.makeUnaryRequest(
      path,
      Buffer.from,
      (answer: Buffer) => answer,
      Buffer.from(bytes),
      new Metadata(),
      (error: ServiceError | null, answer = Buffer.alloc(0)) => {
        const code = String(error?.metadata.get('suffrage-code')[0] ?? '');
        resolve({ grpc: error?.code ?? OK, code, answer });
      },
    );
  });
}

const SENDERS_FAULT: readonly number[] = [
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
];

/** Refused, with a code of the registry that blames the sender: never INTERNAL, never UNKNOWN. */
function expectSendersFault(grpc: number | undefined, code: string | undefined): void {
  expect(SENDERS_FAULT).toContain(grpc);
  expect(errorCodes).toContain(code);
}

const anyBytes = fc.uint8Array({ maxLength: 300 });

/** Bytes of any kind, any message and edited valid ones: nothing that could be taken. */
function noVote(): fc.Arbitrary<Uint8Array> {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom('mayor', 'council', 'mayor-1', '__proto__'),
  );
  const message = fc.record({
    electionId: fc.oneof(text, fc.constant<string>(made.election.definition.id)),
    selections: fc.array(fc.record({ contestId: text, optionIds: fc.array(text, { maxLength: 5 }) }), {
      maxLength: 5,
    }),
    salt: anyBytes,
    token: anyBytes,
    tokenKeyId: fc.oneof(anyBytes, fc.constant(made.tokenKeyId)),
    revision: fc.nat(2 ** 32 - 1),
    voterReference: anyBytes,
  });
  return fc.oneof(
    anyBytes,
    message.map(each => CastVoteRequest.encode(each).finish()),
  );
}

test(
  'random bytes, any message and edited valid messages over gRPC are refused',
  async () => {
    await fc.assert(
      fc.asyncProperty(noVote(), async sent => {
        const { grpc, code } = await sendBytes(VoteServiceService.castVote.path, sent);
        expectSendersFault(grpc, code);
      }),
      RUNS,
    );
    expect(await readLog(bed.kafka, bed.topics.votes)).toEqual([]);
  },
  LONG,
);

/** One place of a call or stream: its bytes, and the vote if it has one. */
type Place = { readonly bytes: Uint8Array; readonly vote?: Vote };

/** A valid vote that nobody has sent yet. */
function newPlace(): Place {
  const vote = signedVote(made);
  return { bytes: CastVoteRequest.encode(voteRequest(made, vote)).finish(), vote };
}

/** Up to eight places; where there is nothing, a new vote is to be sent. */
const places = (refused = noVote()) => fc.array(fc.option(refused, { freq: 2 }), { maxLength: 8 });
const fill = (bytes: Uint8Array | null): Place => (bytes ? { bytes } : newPlace());

/** In field 1, as votes lie in a call and in each message of a stream; the length takes two bytes. */
const inFieldOne = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from([0x0a, (bytes.length & 0x7f) | 0x80, bytes.length >>> 7]), bytes]);

const accepted = new Set<string>();
const nameSalt = ({ salt }: Vote) => toBase64url(salt.reveal());

/** One result for each place, in order: a receipt for this very vote, or a refusal that blames the sender. */
function expectInPlace(sent: readonly Place[], results: readonly CastVoteResult[]): void {
  expect(results.map(({ receipt }) => receipt && toBase64url(receipt.voteId))).toEqual(
    sent.map(({ vote }) => vote && toBase64url(voteIdOf(made, vote))),
  );
  for (const { receipt, refusal } of results) {
    if (!receipt) expectSendersFault(refusal?.status, refusal?.code);
  }
  for (const { vote } of sent) if (vote) accepted.add(nameSalt(vote));
}

/** On the log is what had a receipt, and nothing else. */
async function expectOnlyAcceptedOnLog(): Promise<void> {
  const records = await readLog(bed.kafka, bed.topics.votes);
  expect(accepted.size).toBeGreaterThan(0);
  expect(new Set(records.map(({ vote }) => vote && nameSalt(vote)))).toEqual(accepted);
}

const castCall = (message: Uint8Array) => sendBytes(VoteServiceService.castVotes.path, message);

test(
  'in one call of many votes what is none is refused in its place, and the good votes beside it are accepted',
  async () => {
    await fc.assert(
      fc.asyncProperty(places(), async filled => {
        const sent = filled.map(fill);
        const { grpc, answer } = await castCall(Buffer.concat(sent.map(({ bytes }) => inFieldOne(bytes))));
        expect(grpc).toBe(OK);
        expectInPlace(sent, CastVotesResponse.decode(answer).results);
      }),
      RUNS,
    );
    await expectOnlyAcceptedOnLog();
  },
  LONG,
);

test(
  'a good vote with any bytes behind it is accepted, or the whole call is refused and nothing of it stored',
  async () => {
    // The latter begins groups within groups that never end.
    const behind = fc.oneof(
      { arbitrary: anyBytes, weight: 4 },
      { arbitrary: fc.nat(2 ** 20).map(length => Buffer.alloc(length, 0x0b)), weight: 1 },
    );
    const ways = new Set<string>();
    await fc.assert(
      fc.asyncProperty(behind, async rest => {
        const good = newPlace();
        const { grpc, code, answer } = await castCall(Buffer.concat([inFieldOne(good.bytes), rest]));
        ways.add(grpc === OK ? 'accepted' : 'refused');
        if (grpc !== OK) return expectSendersFault(grpc, code);
        const { results } = CastVotesResponse.decode(answer);
        expectInPlace([good], results.slice(0, 1));
        for (const { refusal } of results.slice(1)) expectSendersFault(refusal?.status, refusal?.code);
      }),
      RUNS,
    );
    expect(ways).toEqual(new Set(['accepted', 'refused']));
    await expectOnlyAcceptedOnLog();
  },
  LONG,
);

/** Sends each message as it is and half-closes; gives the results that came and the status at the end. */
function streamBytes(messages: readonly Uint8Array[]): Promise<{ results: CastVoteResult[]; grpc: number }> {
  const path = VoteServiceService.castVoteStream.path;
  const stream = raw.makeBidiStreamRequest(
    path,
    (bytes: Uint8Array) => Buffer.from(bytes),
    CastVoteStreamResponse.decode,
  );
  const results: CastVoteResult[] = [];
  stream.on('data', ({ result }: CastVoteStreamResponse) => {
    if (result) results.push(result);
  });
  for (const message of messages) stream.write(message);
  stream.end();
  return new Promise(resolve => {
    stream.once('error', ({ code }: ServiceError) => resolve({ results, grpc: code }));
    stream.once('end', () => resolve({ results, grpc: OK }));
  });
}

test(
  'in a stream of votes what is none is refused in its place, the good ones are accepted, and the stream goes on',
  async () => {
    // No vote where one should be, and no message of a stream at all.
    const refused = fc.oneof(noVote().map(inFieldOne), noVote());
    await fc.assert(
      fc.asyncProperty(places(refused), async filled => {
        const sent = filled.map(fill);
        const messages = sent.map(({ bytes, vote }) => (vote ? inFieldOne(bytes) : bytes));
        const { results, grpc } = await streamBytes(messages);
        expect(grpc).toBe(OK);
        expectInPlace(sent, results);
      }),
      RUNS,
    );
    await expectOnlyAcceptedOnLog();
  },
  LONG,
);

test('after all that a valid vote is accepted', async () => {
  const { bytes } = newPlace();
  expect(await sendBytes(VoteServiceService.castVote.path, bytes)).toMatchObject({ grpc: OK });
});
