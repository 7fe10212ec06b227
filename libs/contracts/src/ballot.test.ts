import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ballotHash, canonicalBallot, prepareElection, timeRefusal } from './ballot.ts';
import { checkReceipt } from './check-receipt.ts';
import { concat, fromBase64url, toBase64url } from './bytes.ts';
import { electionDefinition } from './election.ts';
import { receiptLeaf, receiptRootMessage } from './receipt.ts';
import { merkleTree } from './merkle.ts';
import { decodeSelections, encodeSelections, selectOptions } from './selections.ts';
import { testElection } from './testing.node.ts';
import { Redacted } from './redacted.ts';
import { decodeVoteRecord, encodeVoteRecord } from './vote.ts';
import { voteId, writeVoteId } from './vote-id.ts';
import golden from './golden/contracts.json' with { type: 'json' };

const bytes = (text: string) => fromBase64url(text) ?? new Uint8Array();

test('the golden definition keeps its canonical ballot and ballot hash', () => {
  const definition = electionDefinition.parse(golden.definition);
  expect(new TextDecoder().decode(canonicalBallot(definition))).toBe(golden.canonicalBallot);
  expect(toBase64url(ballotHash(definition))).toBe(golden.ballotHash);
});

test('the golden vote keeps its selections, vote ID and record bytes', () => {
  const election = prepareElection(electionDefinition.parse(golden.definition));
  const selected = selectOptions(election, golden.vote.marked);
  if (!selected.ok) throw new Error(selected.code);
  const selections = encodeSelections(selected.selections);
  expect(toBase64url(selections)).toBe(golden.vote.selections);
  expect(toBase64url(voteId(election.ballotHash, bytes(golden.vote.salt), selections))).toBe(
    golden.vote.voteId,
  );
  const record = encodeVoteRecord(
    {
      electionId: election.definition.id,
      selections: new Redacted(selections),
      salt: new Redacted(bytes(golden.vote.salt)),
      token: new Redacted(bytes(golden.vote.token)),
      tokenKeyId: bytes(golden.vote.tokenKeyId),
      revision: 7,
      voterReference: new Redacted(bytes(golden.vote.voterReference)),
    },
    'ingestion-0',
  );
  expect(toBase64url(record)).toBe(golden.vote.record);
  expect(decodeVoteRecord(record)?.revision).toBe(7);
});

test('the golden acceptance keeps its leaf, root message and receipt', async () => {
  const acceptance = {
    ...golden.acceptance,
    voteId: bytes(golden.acceptance.voteId),
    offset: 9_007_199_254_740_993n,
  };
  const leaf = receiptLeaf(acceptance);
  expect(toBase64url(leaf)).toBe(golden.leaf);
  expect(toBase64url(receiptRootMessage(3, merkleTree(concat(leaf, leaf, leaf)).root))).toBe(
    golden.rootMessage,
  );
  expect(await checkReceipt(golden.receipt, golden.receiptKeys)).toEqual({ ok: true });
});

test('moving closesAt leaves the ballot hash, changing any text of a contest does not', () => {
  const definition = electionDefinition.parse(golden.definition);
  const later = { ...definition, closesAt: '2031-01-01T00:00:00Z', title: { en: 'Other' } };
  expect(ballotHash(later)).toEqual(ballotHash(definition));
  const [first, ...rest] = definition.contests;
  if (!first) throw new Error('the golden ballot has contests');
  const renamed = {
    ...definition,
    contests: [{ ...first, title: { ...first.title, en: 'Renamed' } }, ...rest],
  };
  expect(ballotHash(renamed)).not.toEqual(ballotHash(definition));
});

test('a definition with an unknown field, a repeated id or an impossible limit is refused where it is wrong', () => {
  const [contest] = golden.definition.contests;
  const wrong: [string, object][] = [
    ['', { surprise: 1 }],
    ['contests', { contests: [contest, contest] }],
    ['contests.0.minSelections', { contests: [{ ...contest, minSelections: 3, maxSelections: 2 }] }],
    ['contests.0.maxSelections', { contests: [{ ...contest, maxSelections: 200 }] }],
    [
      'contests.0.options.0.surprise',
      { contests: [{ ...contest, options: [{ id: 'x', title: { en: 'x' }, surprise: 1 }] }] },
    ],
    ['closesAt', { closesAt: golden.definition.opensAt }],
    ['revote', { mode: 'secret', revote: 'last' }],
    ['timeZone', { timeZone: 'Mars/Olympus' }],
    ['id', { id: 'Not Allowed' }],
  ];
  for (const [where, change] of wrong) {
    const result = electionDefinition.safeParse({ ...golden.definition, ...change });
    expect(result.success).toBe(false);
    const path = result.error?.issues[0]?.path.join('.') ?? '';
    expect(where.startsWith(path)).toBe(true);
  }
});

const { election } = testElection();

test('marked options and canonical bytes say the same, whatever the order of marking', () => {
  const mayor = fc.constantFrom('mayor-1', 'mayor-2', 'mayor-3');
  const council = fc.uniqueArray(fc.constantFrom('council-1', 'council-2', 'council-3', 'council-4'), {
    maxLength: 2,
  });
  fc.assert(
    fc.property(mayor, council, (one, some) => {
      const result = selectOptions(election, { council: some, mayor: [one] });
      const reversed = selectOptions(election, { mayor: [one], council: some.toReversed() });
      if (!result.ok || !reversed.ok) throw new Error('valid selections were refused');
      expect(reversed).toEqual(result);
      expect(decodeSelections(election, encodeSelections(result.selections))).toEqual(result.selections);
    }),
  );
});

test('each kind of wrong selection is refused with its code and place', () => {
  const refusal = (marked: Record<string, string[]>) => {
    const result = selectOptions(election, marked);
    return result.ok ? 'accepted' : `${result.code} at ${result.field}`;
  };
  expect(refusal({ mayor: ['mayor-1'], senate: [] })).toBe('contest-unknown at selections.senate');
  expect(refusal({ mayor: ['mayor-9'] })).toBe('option-unknown at selections.mayor[0]');
  expect(refusal({ mayor: ['mayor-1'], council: ['council-1', 'council-1'] })).toBe(
    'option-repeated at selections.council[1]',
  );
  expect(refusal({})).toBe('selections-too-few at selections.mayor');
  expect(refusal({ mayor: ['mayor-1', 'mayor-2'] })).toBe('selections-too-many at selections.mayor');
  expect(refusal({ mayor: ['mayor-1'] })).toBe('accepted');
});

test('bytes that no valid selections encode to are not read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), candidate => {
      const selections = decodeSelections(election, candidate);
      if (selections) expect(encodeSelections(selections)).toEqual(candidate);
    }),
    { numRuns: 2000 },
  );
  expect(decodeSelections(election, Uint8Array.of(0, 1, 0, 0, 0, 2, 0, 1, 0, 0))).toBeUndefined();
  expect(decodeSelections(election, Uint8Array.of(0, 1, 0, 3, 0, 0))).toBeUndefined();
  expect(decodeSelections(election, Uint8Array.of(0, 1, 0, 0, 0, 0, 0))).toBeUndefined();
});

test('a contest named like something that every object has may be left out', () => {
  const contests = ['mayor', 'constructor'].map(id => ({
    id,
    title: { en: id },
    minSelections: 0,
    maxSelections: 1,
    options: [{ id: 'yes', title: { en: 'Yes' } }],
  }));
  const { election: odd } = testElection({ contests });
  expect(selectOptions(odd, { mayor: ['yes'] })).toEqual({ ok: true, selections: [[0], []] });
});

test('a vote ID is the hash of its parts, whatever was hashed before, however long the selections are', () => {
  const part = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(part, part, fc.uint8Array({ maxLength: 2_000 }), (ballot, salt, selections) => {
      const parts = [Buffer.from('suffrage/vote/v1'), ballot, salt, selections];
      const digest = createHash('sha256').update(Buffer.concat(parts)).digest();
      expect(Buffer.from(voteId(ballot, salt, selections))).toEqual(digest);
      // The same parts within longer bytes.
      const written = Buffer.alloc(32);
      const places = { saltAt: 1, selectionsAt: 33, selectionsLength: selections.length };
      writeVoteId(ballot, Buffer.concat([Buffer.of(9), salt, selections, Buffer.of(9)]), places, written);
      expect(written).toEqual(digest);
    }),
  );
});

test('two votes have the same vote ID only if ballot, salt and selections are equal', () => {
  const part = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const selections = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(part, part, selections, part, part, selections, (b1, s1, m1, b2, s2, m2) => {
      const same = [b1, s1, m1].every(
        (value, i) => toBase64url(value) === toBase64url([b2, s2, m2][i] ?? b2),
      );
      expect(toBase64url(voteId(b1, s1, m1)) === toBase64url(voteId(b2, s2, m2))).toBe(same);
    }),
  );
  expect(() => voteId(new Uint8Array(32), new Uint8Array(31), new Uint8Array())).toThrow(RangeError);
});

test('an election is open from opensAt on and closed at closesAt', () => {
  const { opensAt, closesAt } = election;
  expect(timeRefusal(election, opensAt - 1)).toBe('election-not-yet-open');
  expect(timeRefusal(election, opensAt)).toBeUndefined();
  expect(timeRefusal(election, closesAt - 1)).toBeUndefined();
  expect(timeRefusal(election, closesAt)).toBe('election-closed');
});

test('a vote record survives encoding, and random bytes never make decoding throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), noise => {
      decodeVoteRecord(noise);
    }),
    { numRuns: 2000 },
  );
  expect(decodeVoteRecord(new Uint8Array())).toBeUndefined();
});
