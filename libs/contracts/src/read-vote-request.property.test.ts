import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CastVoteRequest, CastVoteStreamRequest } from './generated/suffrage/v1/vote_service.ts';
import { readPlainRequest, readPlainStreamRequest } from './read-vote-request.ts';
import type { VoteRequest } from './vote-request.ts';

const RUNS = { numRuns: 2_000 };
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const ascii = fc.string({ unit: 'binary-ascii', maxLength: 63 });
const anyText = fc.oneof(ascii, fc.string({ unit: 'binary', maxLength: 20 }), fc.constant('__proto__'));

const requestOf = (text: fc.Arbitrary<string>, maxRevision: number) =>
  fc.record({
    electionId: text,
    selections: fc.array(fc.record({ contestId: text, optionIds: fc.array(text, { maxLength: 4 }) }), {
      maxLength: 4,
    }),
    salt: bytes(40),
    token: bytes(300),
    tokenKeyId: bytes(40),
    revision: fc.nat(maxRevision),
    voterReference: bytes(40),
  });

/** What a request says, whoever read it; `undefined` when a contest is named twice. */
function saidBy(message: CastVoteRequest) {
  const contests = message.selections.map(({ contestId }) => contestId);
  if (new Set(contests).size < contests.length) return undefined;
  const { salt, token, tokenKeyId, voterReference } = message;
  const [saltText, tokenText, key, reference] = [salt, token, tokenKeyId, voterReference].map(hex);
  const selections = message.selections.map(({ contestId, optionIds }) => [contestId, optionIds]).toSorted();
  return [message.electionId, selections, saltText, tokenText, key, message.revision, reference];
}

function plainly(request: VoteRequest | undefined) {
  if (!request) return undefined;
  const { salt, token, tokenKeyId, voterReference } = request;
  const [saltText, tokenText, key, reference] = [
    salt.reveal(),
    token.reveal(),
    tokenKeyId,
    voterReference.reveal(),
  ].map(hex);
  const selections = Object.entries(request.selections.reveal()).toSorted();
  return [request.electionId, selections, saltText, tokenText, key, request.revision, reference];
}

const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');

test('whatever an encoder writes in ASCII is read the short way, save contests that are named twice', () => {
  fc.assert(
    fc.property(requestOf(ascii, 2 ** 14 - 1), request => {
      expect(plainly(readPlainRequest(CastVoteRequest.encode(request).finish()))).toEqual(saidBy(request));
      const streamed = CastVoteStreamRequest.encode({ vote: request }).finish();
      expect(plainly(readPlainStreamRequest(streamed))).toEqual(saidBy(request));
    }),
    RUNS,
  );
});

const varint = (length: number) => (length > 0x7f ? [(length & 0x7f) | 0x80, length >> 7] : [length]);
const encoded = requestOf(anyText, 2 ** 32 - 1).map(request => CastVoteRequest.encode(request).finish());
const edit = fc.record({ at: fc.nat(1_000), cut: fc.nat(8), insert: bytes(8) });
const edited = fc.tuple(encoded, fc.array(edit, { maxLength: 4 })).map(([request, edits]) =>
  edits.reduce((before, { at, cut, insert }) => {
    const place = at % (before.length + 1);
    return Buffer.concat([before.subarray(0, place), insert, before.subarray(place + cut)]);
  }, Buffer.from(request)),
);
/** Fields in any order, repeated, unknown, of wrong wire types, with lengths that are too long or written in too many bytes. */
const field = fc.oneof(
  encoded,
  encoded.map(vote => Uint8Array.of(10, ...varint(vote.length), ...vote)),
  fc
    .tuple(fc.constantFrom(10, 18, 26, 34, 42, 48, 58, 66, 8, 11, 12, 13, 0, 0x80), bytes(5))
    .map(([tag, content]) => Uint8Array.of(tag, content.length, ...content)),
  fc
    .constantFrom(
      [48, 0x80, 1],
      [48, 0x80, 0],
      [48, 0xff, 0xff, 0xff, 0xff, 0x0f],
      [58, 0x80, 0],
      [0x12, 0x81, 0, 7],
    )
    .map(each => Uint8Array.from(each)),
);
const pieces = fc.array(field, { maxLength: 4 }).map(parts => Buffer.concat(parts));

test('the short way of reading a request gives what the generated decoder gives', () => {
  let short = 0;
  fc.assert(
    fc.property(fc.oneof(bytes(400), pieces, edited), request => {
      const plain = plainly(readPlainRequest(request));
      if (plain) expect(plain).toEqual(saidBy(CastVoteRequest.decode(request)));
      if (plain) short += 1;
      const streamed = plainly(readPlainStreamRequest(request));
      const { vote } = streamed ? CastVoteStreamRequest.decode(request) : {};
      expect(streamed).toEqual(vote && saidBy(vote));
    }),
    { numRuns: 6_000 },
  );
  expect(short).toBeGreaterThan(600);
});

test('a request may lie within other bytes', () => {
  const request = CastVoteRequest.encode(CastVoteRequest.decode(Uint8Array.of(26, 2, 7, 8))).finish();
  const within = Buffer.concat([Buffer.of(10, 200), request, Buffer.of(58, 99)]);
  expect(readPlainRequest(within, 2, 2 + request.length)?.salt.reveal()).toEqual(Buffer.of(7, 8));
  expect(readPlainRequest(within, 2, 1 + request.length)).toBeUndefined();
});
