import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeRecord } from './judge-record.ts';
import { createPlainReader } from './read-plain-vote.ts';
import { makeEntry, type Spoiling } from './testing/entries.ts';
import { council, mayor, plainSigner } from './testing/world.ts';

const elections = [council, mayor];
const find = (id: string) => elections.find(({ definition }) => definition.id === id);
const evidence = { findElection: find, electionIds: ['council', 'mayor'], signatures: true };
/** As the good token of `plainSigner`. */
const checkToken: Parameters<typeof createPlainReader>[1] = (_, { token, tokenKeyId }) =>
  token[0] === 2 && tokenKeyId[0] === 1 ? { ok: true } : { ok: false, code: 'token-invalid' };

const vote = fc.record({
  secret: fc.boolean(),
  voter: fc.nat(4),
  revision: fc.constantFrom(0, 1, 2, 3, 200, 2 ** 20),
  choice: fc.nat(2),
  instance: fc.constantFrom('ingestion-0', 'ingestion-1', 'a', 'b-1', 'é', 'x'.repeat(300)),
  lane: fc.constant(0),
  late: fc.constantFrom(-1, 0, 0, 0, 1, 2, 3, 16 * 3_600_000),
  spoil: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom<Spoiling>('token', 'selections', 'late', 'election', 'bytes') },
  ),
  /** A byte that is changed, and into what. */
  flip: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.nat(255)) },
  ),
  /** Of the memory around the record. */
  before: fc.nat(20),
});

function read(reader: ReturnType<typeof createPlainReader>, value: Buffer, castAt: number, before: number) {
  const bytes = Buffer.concat([Buffer.alloc(before, 8), value, Buffer.alloc(20, 8)]);
  const place = { keyAt: 0, keyLength: -1, valueAt: before, valueLength: value.length };
  const plain = reader({ bytes, offset: 0, castAt, ...place });
  if (!plain) return undefined;
  const { selectionsAt, selectionsLength, ballotKeyAt } = plain;
  return {
    election: evidence.electionIds[plain.election],
    electionId: plain.electionId,
    revision: plain.revision,
    instance: plain.instance,
    voteId: Buffer.from(plain.voteId),
    ballotKey: Buffer.from(plain.ballotKey.subarray(ballotKeyAt, ballotKeyAt + 32)),
    selections: Buffer.from(plain.bytes.subarray(selectionsAt, selectionsAt + selectionsLength)),
  };
}

test('what is read in place is judged valid the long way, with the same facts', () => {
  const reader = createPlainReader(evidence, checkToken);
  let taken = 0;
  fc.assert(
    fc.property(vote, ({ secret, late, flip, before, revision, ...options }) => {
      const election = secret ? mayor : council;
      const castAt = election.opensAt + late;
      const one = {
        election,
        signer: plainSigner,
        partitions: 1,
        shards: 1,
        revision: secret ? 0 : revision,
      };
      const entry = makeEntry({ ...options, ...one, castAt });
      const value = Buffer.from(entry.value);
      if (flip) value[flip[0] % value.length] = flip[1];
      const plain = read(reader, value, entry.castAt, before);
      const judged = judgeRecord(value, entry.castAt, find, checkToken);
      if (!plain) {
        // Only unusual texts and very high revisions make a valid vote go the long way.
        const usual = /^[a-z0-9-]{1,20}$/.test(options.instance) && revision < 2 ** 14;
        if (!flip && usual) expect(judged.state).not.toBe('valid');
        return;
      }
      taken += 1;
      if (judged.state === 'unreadable') throw new Error('what was read in place is readable');
      const { electionId, revision: own, instance, selections } = judged.vote;
      expect(judged.state).toBe('valid');
      expect(plain).toEqual({
        election: electionId,
        electionId,
        revision: own,
        instance,
        voteId: Buffer.from(judged.voteId ?? []),
        ballotKey: Buffer.from(judged.ballotKey ?? []),
        selections: Buffer.from(selections.reveal()),
      });
    }),
    { numRuns: 1_500 },
  );
  expect(taken).toBeGreaterThan(200);
});

test('without signatures a token is not looked at', () => {
  const refuse: typeof checkToken = () => ({ ok: false, code: 'token-invalid' });
  const options = { voter: 1, revision: 0, choice: 0, instance: 'ingestion-0', lane: 0 } as const;
  const { value, castAt } = makeEntry({
    ...options,
    election: mayor,
    signer: plainSigner,
    partitions: 1,
    shards: 1,
  });
  expect(read(createPlainReader(evidence, refuse), value, castAt, 0)).toBeUndefined();
  const believing = createPlainReader({ ...evidence, signatures: false }, refuse);
  expect(read(believing, value, castAt, 0)).toMatchObject({ electionId: 'mayor' });
});
