import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ballotHash, canonicalBallot, prepareElection } from './ballot.ts';
import { fromBase64url, toBase64url } from './bytes.ts';
import { electionDefinition } from './election.ts';
import { decodeSelections, encodeSelections, fitsBallot, selectOptions } from './selections.ts';
import { testElection } from './testing.node.ts';
import { voteId } from './vote-id.ts';
import golden from './golden/options.json' with { type: 'json' };

const titled = (id: string, more: object = {}) => ({ id, title: { en: id }, ...more });
const contest = {
  id: 'council',
  title: { en: 'Council' },
  minSelections: 2,
  maxSelections: 3,
  options: [
    titled('ann'),
    titled('none', { exclusive: true }),
    titled('bob', { exclusive: false }),
    titled('cleo'),
    titled('blank', { exclusive: true }),
  ],
};
const { election } = testElection({ contests: [contest] });

function verdict(...council: string[]) {
  const result = selectOptions(election, { council });
  return result.ok ? 'accepted' : `${result.code} at ${result.field}`;
}

test('the golden options keep their canonical ballot, ballot hash, selections and vote ID', () => {
  const definition = electionDefinition.parse(golden.definition);
  expect(new TextDecoder().decode(canonicalBallot(definition))).toBe(golden.canonicalBallot);
  const hash = ballotHash(definition);
  expect(toBase64url(hash)).toBe(golden.ballotHash);
  const selected = selectOptions(prepareElection(definition), golden.vote.marked);
  if (!selected.ok) throw new Error(selected.code);
  const selections = encodeSelections(selected.selections);
  expect(toBase64url(selections)).toBe(golden.vote.selections);
  const salt = fromBase64url(golden.vote.salt) ?? new Uint8Array();
  expect(toBase64url(voteId(hash, salt, selections))).toBe(golden.vote.voteId);
});

test('an exclusive option is marked alone, and is then a whole answer', () => {
  expect(verdict('none')).toBe('accepted');
  expect(verdict('blank')).toBe('accepted');
  expect(verdict('ann', 'bob')).toBe('accepted');
  expect(verdict('ann')).toBe('selections-too-few at selections.council');
  expect(verdict('ann', 'none')).toBe('option-exclusive at selections.council');
  expect(verdict('none', 'blank')).toBe('option-exclusive at selections.council');
  expect(verdict('ann', 'bob', 'cleo', 'none')).toBe('option-exclusive at selections.council');
});

test('bytes fit the ballot exactly when a client may mark so', () => {
  fc.assert(
    fc.property(fc.subarray(contest.options.map(({ id }) => id)), council => {
      const marks = contest.options.flatMap(({ id }, index) => (council.includes(id) ? [index] : []));
      const bytes = encodeSelections([marks]);
      const allowed = selectOptions(election, { council }).ok;
      expect(fitsBallot(election, bytes)).toBe(allowed);
      expect(decodeSelections(election, bytes)).toEqual(allowed ? [marks] : undefined);
    }),
  );
});

test('a contest that asks for more marks than can be made together, or a picture without https, is refused', () => {
  const refused = (change: object) => {
    const definition = { ...election.definition, contests: [{ ...contest, ...change }] };
    return electionDefinition.safeParse(definition).error?.issues[0]?.path.join('.');
  };
  expect(refused({ maxSelections: 4 })).toBe('contests.0.maxSelections');
  for (const picture of ['http://a.example/x.png', 'javascript:alert(1)', 'data:image/png;base64,AA', 'x'])
    expect(refused({ options: [titled('ann', { picture }), titled('bob')], maxSelections: 2 })).toBe(
      'contests.0.options.0.picture',
    );
  expect(refused({ options: [titled('ann', { description: {} }), titled('bob')], maxSelections: 2 })).toBe(
    'contests.0.options.0.description',
  );
});
