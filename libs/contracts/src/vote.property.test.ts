import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkVote } from './check-vote.ts';
import { errorCodes } from './errors.ts';
import { createElectionBook } from './election-book.ts';
import { VoteRecord } from './generated/suffrage/v1/vote_record.ts';
import { signedVote, testElection } from './testing.node.ts';
import { createTokenVerifier } from './verify-token.node.ts';
import { readPlainRecord } from './read-vote-record.ts';
import { Redacted } from './redacted.ts';
import { decodeVoteRecord, encodeVoteRecord } from './vote.ts';

const made = testElection();
const pseudonymous = testElection({ mode: 'pseudonymous' });
const checkToken = createTokenVerifier();
const RUNS = { numRuns: 2_000 };

const valid = fc
  .constantFrom(made, pseudonymous)
  .map(each => ({ election: each.election, bytes: encodeVoteRecord(signedVote(each), 'ingestion-0') }));
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

/** Fields of any content, as somebody could write them who knows the format. */
const anyRecord = fc.record({
  electionId: fc.oneof(fc.string({ unit: 'binary' }), fc.constant(made.election.definition.id)),
  selections: bytes(40),
  salt: fc.oneof(bytes(40), fc.uint8Array({ minLength: 32, maxLength: 32 })),
  token: bytes(300),
  tokenKeyId: fc.oneof(bytes(40), fc.constant(made.tokenKeyId)),
  revision: fc.nat(2 ** 32 - 1),
  voterReference: bytes(40),
  instance: fc.string({ unit: 'binary' }),
});

/** What a processor does with a record: read it, and judge it if it can be read. */
function judge(record: Uint8Array): string {
  const vote = decodeVoteRecord(record);
  if (!vote) return 'unreadable';
  const found = [made, pseudonymous].find(({ election }) => election.definition.id === vote.electionId);
  if (!found) return 'election-unknown';
  const verdict = checkVote(found.election, vote, Date.now(), checkToken);
  return verdict.ok ? 'valid' : verdict.code;
}
const VERDICTS: readonly string[] = ['unreadable', ...errorCodes];

test('random bytes on the log are judged without a fault, and are never a valid vote', () => {
  fc.assert(
    fc.property(bytes(1_000), record => {
      expect(VERDICTS).toContain(judge(record));
    }),
    RUNS,
  );
});

test('records of any content are judged without a fault, and are never a valid vote', () => {
  fc.assert(
    fc.property(anyRecord, record => {
      expect(VERDICTS).toContain(judge(VoteRecord.encode(record).finish()));
    }),
    RUNS,
  );
});

const edit = fc.record({ at: fc.nat(1_000), cut: fc.nat(8), insert: bytes(8) });
const edited = fc
  .tuple(valid, fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([{ bytes: record }, edits]) =>
    edits.reduce((before, { at, cut, insert }) => {
      const place = at % (before.length + 1);
      return Buffer.concat([before.subarray(0, place), insert, before.subarray(place + cut)]);
    }, Buffer.from(record)),
  );

test('a valid record with bytes changed, cut or inserted is judged without a fault', () => {
  fc.assert(
    fc.property(edited, record => {
      // An edit may change nothing, or only the name of the instance.
      expect([...VERDICTS, 'valid']).toContain(judge(record));
    }),
    { numRuns: 500 },
  );
});

/** Pieces of records, joined at random: fields in any order, repeated, unknown, of wrong wire types, cut. */
const piece = fc.oneof(
  anyRecord.map(record => VoteRecord.encode(record).finish()),
  fc
    .tuple(fc.constantFrom(10, 18, 26, 34, 42, 48, 58, 66, 74, 8, 11, 12, 13, 0, 0x80), bytes(5))
    .map(([tag, content]) => Uint8Array.of(tag, content.length, ...content)),
  fc.constantFrom([48, 0x80, 1], [48, 0xff, 0xff, 0xff, 0xff, 0x0f], [58, 0x80, 0], [0x12, 0x81, 0, 7]),
);
const pieces = fc.array(piece, { maxLength: 4 }).map(parts => Buffer.concat(parts.map(Buffer.from)));

test('the short way of reading a record gives what the generated decoder gives', () => {
  let short = 0;
  fc.assert(
    fc.property(fc.oneof(bytes(1_000), pieces, edited), record => {
      const plain = readPlainRecord(record);
      if (!plain) return;
      short += 1;
      expect(asBuffers(plain)).toEqual(asBuffers(VoteRecord.decode(record)));
    }),
    { numRuns: 4_000 },
  );
  expect(short).toBeGreaterThan(400);
});

test('whatever an encoder writes in ASCII is read the short way', () => {
  const ascii = fc.string({ unit: 'binary-ascii', maxLength: 255 });
  const record = fc.record({
    electionId: ascii,
    selections: bytes(40),
    salt: bytes(40),
    token: bytes(300),
    tokenKeyId: bytes(40),
    revision: fc.nat(2 ** 14 - 1),
    voterReference: bytes(40),
    instance: ascii,
  });
  fc.assert(
    fc.property(record, each => {
      const plain = readPlainRecord(VoteRecord.encode(each).finish());
      expect(plain && asBuffers(plain)).toEqual(asBuffers(each));
    }),
    RUNS,
  );
});

function asBuffers(record: VoteRecord): Record<string, unknown> {
  const fields = Object.entries(record);
  return Object.fromEntries(
    fields.map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value) : value]),
  );
}

test('a record is written as the generated encoder writes it', () => {
  fc.assert(
    fc.property(
      fc.record({
        electionId: fc.string({ unit: 'binary' }),
        selections: bytes(300),
        salt: bytes(40),
        token: bytes(300),
        tokenKeyId: bytes(40),
        revision: fc.oneof(
          fc.nat(300),
          fc.nat(2 ** 32 - 1),
          fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
        ),
        voterReference: bytes(40),
      }),
      fc.string({ unit: 'binary' }),
      (vote, instance) => {
        const { selections, salt, token, voterReference } = vote;
        const written = encodeVoteRecord(
          {
            ...vote,
            selections: new Redacted(selections),
            salt: new Redacted(salt),
            token: new Redacted(token),
            voterReference: new Redacted(voterReference),
          },
          instance,
        );
        expect(written).toEqual(VoteRecord.encode({ ...vote, instance }).finish());
      },
    ),
    RUNS,
  );
});

test('records have bytes of their own, whatever was written between them and could not be', () => {
  const vote = signedVote(made);
  const long = { ...vote, token: new Redacted(new Uint8Array(70_000).fill(7)) };
  const records = Array.from({ length: 200 }, (_, i) => encodeVoteRecord(vote, `ingestion-${i}`));
  expect(() => encodeVoteRecord({ ...vote, revision: -1 }, 'ingestion-0')).toThrow('u32');
  expect(decodeVoteRecord(encodeVoteRecord(long, 'ingestion-0'))?.token.reveal()).toEqual(
    long.token.reveal(),
  );
  const [tokens, instances] = [new Set<string>(), new Set<string>()];
  for (const record of records) {
    const read = decodeVoteRecord(record);
    tokens.add(Buffer.from(read?.token.reveal() ?? []).toString('hex'));
    instances.add(read?.instance ?? '');
  }
  expect([tokens.size, instances.size]).toEqual([1, 200]);
});

test('groups nested a hundred thousand deep, and lengths beyond the record, are unreadable', () => {
  expect(judge(new Uint8Array(100_000).fill(0x0b))).toBe('unreadable');
  expect(judge(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f))).toBe('unreadable');
  expect(judge(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))).toBe(
    'unreadable',
  );
});

test('records of any content on topic elections are taken without a fault', () => {
  const json = fc.oneof(
    fc.json(),
    fc
      .record({
        kind: fc.constantFrom('election', 'closing', 'topology', '__proto__'),
        definition: fc.anything(),
      })
      .map(message => JSON.stringify(message) ?? ''),
  );
  fc.assert(
    fc.property(
      fc.option(bytes(40)),
      fc.option(
        fc.oneof(
          bytes(200),
          json.map(text => Buffer.from(text)),
        ),
      ),
      (key, value) => {
        createElectionBook().apply({ key, value, appendedAt: 0 });
      },
    ),
    RUNS,
  );
});
