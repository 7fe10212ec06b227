import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { JournalEntry } from './journal.ts';
import { type CountedVote, judgeJournal, type LoggedVote } from './judge-journal.ts';

const electionId = 'election-1';
const id = () => randomBytes(32).toString('base64url');

/** A vote that is at offset `place` of partition 0. */
function vote(place: number, options: Partial<LoggedVote> = {}): LoggedVote {
  return {
    partition: 0,
    offset: String(place),
    electionId,
    voteId: id(),
    ballotKey: id(),
    revision: 1,
    ...options,
  };
}

const intent = ({ voteId }: LoggedVote): JournalEntry => ({ kind: 'intent', electionId, voteId, at: 0 });
const receipt = ({ voteId, partition, offset }: LoggedVote): JournalEntry => ({
  kind: 'receipt',
  at: 0,
  receipt: {
    electionId,
    voteId,
    topic: 'votes',
    partition,
    offset,
    timestamp: 0,
    leafIndex: 0,
    treeSize: 1,
    path: [],
    signature: '',
    certificate: { instance: 'ingestion-1', publicKey: '', receiptKeyId: '', signature: '' },
  },
});
const counted = ({ partition: _partition, offset: _offset, ...row }: LoggedVote): CountedVote => row;

const [first, second] = [vote(0), vote(1)];
const sound = {
  journal: [intent(first), receipt(first), intent(second), receipt(second)],
  log: [first, second],
  counted: [counted(first), counted(second)],
};

test('acknowledged votes that lie where their receipts say and are counted once are in order', () => {
  expect(judgeJournal(sound)).toEqual({
    acknowledged: 2,
    unknownOutcome: 0,
    lost: 0,
    countedTwice: 0,
    problems: [],
  });
});

test('an acknowledged vote that is not on the log is lost', () => {
  const judged = judgeJournal({ ...sound, log: [first], counted: [counted(first)] });
  expect(judged.lost).toBe(1);
  expect(judged.problems[0]).toContain(second.voteId);
});

test('an acknowledged vote whose place holds another vote is lost', () => {
  const log = [first, { ...second, voteId: first.voteId }];
  expect(judgeJournal({ ...sound, log }).lost).toBe(1);
});

test('an acknowledged vote that is on the log and not counted is lost, also when an older revision is', () => {
  expect(judgeJournal({ ...sound, counted: [counted(first)] }).lost).toBe(1);
  const older = vote(2, { ballotKey: second.ballotKey, revision: 0 });
  const stale = {
    journal: [...sound.journal, intent(older)],
    log: [...sound.log, older],
    counted: [counted(first), counted(older)],
  };
  expect(judgeJournal(stale).lost).toBe(1);
});

test('an acknowledged vote that a later revision replaced is not lost', () => {
  const later = vote(2, { ballotKey: second.ballotKey, revision: 2 });
  const replaced = {
    journal: [...sound.journal, intent(later), receipt(later)],
    log: [...sound.log, later],
    counted: [counted(first), counted(later)],
  };
  expect(judgeJournal(replaced)).toMatchObject({ lost: 0, problems: [] });
});

test('a ballot key, or a vote, in two databases is counted twice', () => {
  expect(
    judgeJournal({ ...sound, counted: [...sound.counted, counted(second)] }).countedTwice,
  ).toBeGreaterThan(0);
  const again = counted({ ...second, ballotKey: id() });
  expect(judgeJournal({ ...sound, counted: [...sound.counted, again] }).countedTwice).toBe(1);
});

test('a refused vote on the log is a problem', () => {
  const refused = vote(2);
  const entry: JournalEntry = {
    kind: 'refused',
    electionId,
    voteId: refused.voteId,
    code: 'token-invalid',
    at: 0,
  };
  const journal = [...sound.journal, intent(refused), entry];
  expect(judgeJournal({ ...sound, journal }).problems).toEqual([]);
  expect(judgeJournal({ ...sound, journal, log: [...sound.log, refused] }).problems[0]).toContain('INV-3');
});

test('a counted vote that nobody cast is a problem', () => {
  const invented = vote(2);
  const judged = judgeJournal({
    ...sound,
    log: [...sound.log, invented],
    counted: [...sound.counted, counted(invented)],
  });
  expect(judged.problems[0]).toContain('nobody cast it');
});

test('an unknown outcome is in order whether the vote was stored or not, and no longer unknown with a receipt', () => {
  const stored = vote(2);
  const lost = vote(3);
  const unknown = ({ voteId }: LoggedVote): JournalEntry => ({ kind: 'unknown', electionId, voteId, at: 0 });
  const judged = judgeJournal({
    journal: [...sound.journal, intent(stored), unknown(stored), intent(lost), unknown(lost), unknown(first)],
    log: [...sound.log, stored],
    counted: [...sound.counted, counted(stored)],
  });
  expect(judged).toMatchObject({ acknowledged: 2, unknownOutcome: 2, lost: 0, problems: [] });
});
