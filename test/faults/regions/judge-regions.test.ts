import { expect, test } from '@jest/globals';
import type { Receipt } from '@suffrage/contracts/receipt';
import type { LoggedVote } from '../judge-journal.ts';
import { judgeRegions, type RegionsEvidence } from './judge-regions.ts';

const electionId = 'council';
const logged = (voteId: string, offset: number): LoggedVote => ({
  partition: 0,
  offset: String(offset),
  electionId,
  voteId,
  ballotKey: voteId,
  revision: 1,
});
const receipt = (voteId: string, offset: number) =>
  ({ electionId, voteId, partition: 0, offset: String(offset) }) as unknown as Receipt;
const intent = (voteId: string) => ({ kind: 'intent' as const, electionId, voteId, at: 0 });

/** Two votes in the first region, the second of which was not copied; then one more in the second, and the lost one again. */
const sound: RegionsEvidence = {
  told: ['a', 'b', 'c'].map(intent),
  first: [receipt('a', 0), receipt('b', 1)],
  second: [receipt('c', 1), receipt('b', 2)],
  firstLog: [logged('a', 0), logged('b', 1)],
  takenOver: { log: [logged('a', 0)], counted: [logged('a', 0)] },
  end: {
    log: [logged('a', 0), logged('c', 1), logged('b', 2)],
    counted: ['a', 'b', 'c'].map(voteId => logged(voteId, 0)),
  },
};

test('what was not copied is named, and is no loss once its client has sent it again', () => {
  expect(judgeRegions(sound)).toEqual({
    acknowledged: 3,
    unknownOutcome: 0,
    lost: 0,
    countedTwice: 0,
    notCopied: 1,
    problems: [],
  });
});

test('a copied vote that the second region has not counted at its takeover is found', () => {
  const { problems, lost } = judgeRegions({ ...sound, takenOver: { ...sound.takenOver, counted: [] } });
  expect(lost).toBe(1);
  expect(problems).toEqual([expect.stringContaining('at the takeover: INV-2: vote a was acknowledged')]);
});

test('a vote that nobody sent again is lost, and said to be of the first region', () => {
  const counted = sound.end.counted.filter(({ voteId }) => voteId !== 'b');
  const judged = judgeRegions({ ...sound, second: [receipt('c', 1)], end: { ...sound.end, counted } });
  expect(judged.lost).toBe(1);
  expect(judged.problems).toEqual([expect.stringContaining('of the first region: INV-2: vote b')]);
});

test('a vote that was copied and sent again, and counted twice, is found', () => {
  const counted = [...sound.end.counted, logged('a', 0)];
  const { countedTwice, problems } = judgeRegions({ ...sound, end: { ...sound.end, counted } });
  // By its ballot key, and by its vote ID.
  expect(countedTwice).toBe(2);
  expect(problems.join()).toContain('INV-4: vote a or its ballot key is counted twice');
});

test('a receipt of the first region that names another place in its log is found', () => {
  const { problems } = judgeRegions({ ...sound, firstLog: [logged('b', 0), logged('a', 1)] });
  expect(problems.join()).toContain(
    'INV-1 INV-8: vote a was acknowledged and is not at partition 0 offset 0',
  );
});
