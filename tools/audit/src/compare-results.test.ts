import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Snapshot } from '@suffrage/contracts/results';
import { compareResults, compareSnapshot } from './compare-results.ts';
import { sound } from './testing/sound-world.ts';
import { judgeWorld, mayor } from './testing/world.ts';

const VERSION = 13;

/** What an aggregator publishes of election `mayor` in the sound world: five voters, all for option b. */
function published(change: Partial<Snapshot> = {}): Snapshot {
  const votes = { first: [0, 5, 0], all: [5, 5, 0] };
  const options = (counts: readonly number[]) =>
    ['a', 'b', 'c'].map((id, index) => ({ id, votes: counts[index] ?? 0 }));
  return {
    electionId: 'mayor',
    version: VERSION,
    counted: 5,
    contests: mayor.definition.contests.map(({ id }) => ({
      id,
      options: options(id === 'first' ? votes.first : votes.all),
    })),
    ingestion: [],
    asOf: '2026-05-07T12:00:00.000Z',
    provisional: true,
    ...change,
  };
}

function found(snapshot: Snapshot): string[] {
  const theCase = judgeWorld(sound().world);
  compareSnapshot(theCase, snapshot, VERSION);
  return theCase.findings.first().map(({ kind, message }) => `${kind}: ${message}`);
}

test('what is published as counted is what the votes say, also while results are hidden', () => {
  expect(found(published())).toEqual([]);
  expect(found(published({ contests: null }))).toEqual([]);
});

test('a published count, and a published option, that the votes do not say are found', () => {
  expect(found(published({ counted: 6 }))).toEqual([
    'wrong-results: 6 votes are published as counted, the votes say 5',
  ]);
  const [first, all] = published().contests ?? [];
  const options = first?.options.map(option => ({ ...option, votes: option.id === 'b' ? 4 : option.votes }));
  expect(
    found(published({ contests: [{ id: 'first', options: options ?? [] }, ...(all ? [all] : [])] })),
  ).toEqual(['wrong-results: contest first, option b is published with 4, the votes say 5']);
});

test('a later snapshot may have more votes, never fewer', () => {
  expect(found(published({ version: VERSION + 1, counted: 6, contests: [] }))).toEqual([]);
  expect(found(published({ version: VERSION + 1, counted: 4 }))).toHaveLength(1);
});

test('a snapshot that stays behind the databases is found', () => {
  expect(found(published({ version: VERSION - 1 }))[0]).toContain('older than the databases');
});

const answers: Snapshot[] = [];
const server = createServer((request, response) => {
  const election = request.url?.split('/')[3];
  const answer =
    election === 'mayor'
      ? (answers.shift() ?? published())
      : published({ electionId: 'council', counted: 1, contests: null });
  response.end(JSON.stringify(answer));
});
let url = '';
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => new Promise(resolve => server.close(resolve)));

test('a snapshot that is on its way is waited for', async () => {
  answers.push(published({ version: VERSION - 1, counted: 4 }));
  const theCase = judgeWorld(sound().world);
  expect(await compareResults(theCase, { from: url, isRequired: true }, VERSION)).toBe(2);
  expect(theCase.findings.first()).toEqual([]);
  expect(answers).toEqual([]);
});

test('results that can not be read are an error, not a finding, or passed over where nobody has asked for them', async () => {
  const theCase = judgeWorld(sound().world);
  const from = 'http://127.0.0.1:1';
  await expect(compareResults(theCase, { from, isRequired: true }, VERSION)).rejects.toThrow(
    'can not be read',
  );
  expect(await compareResults(theCase, { from, isRequired: false }, VERSION)).toBe(0);
  expect(theCase.findings.first()).toEqual([]);
});
