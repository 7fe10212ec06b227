import { type Case, countIntake, countOutcome, electionIdOf, keepsWaiting, type Stray } from './case.ts';
import {
  ballotKeyOf,
  castAtOf,
  databaseOf,
  type Entry,
  instanceTagOf,
  isRecord,
  offsetOf,
  outcomeOf,
  partitionOf,
  revisionOf,
  sameBallotKey,
  sameGroup,
  samePosition,
  sameSelections,
  sameVoteId,
  setOutcome,
  voteIdOf,
} from './entry.ts';
import { type BallotJudge, judgeBallot } from './judge-ballot.ts';
import { isGap, keepStray, misplaced, type PlacedRow, reportContent } from './match-rows.ts';

/** Ballot keys with more records are judged as they come: what they lack is not looked for among strays. */
const MAX_GROUP = 4_096;

/** Takes all entries in their order. Views may be reused after each call. */
export type GroupsJudge = { take(entry: Entry): void; end(): void };

/** Matches the rows of `votes` with the records of their ballot keys, and judges what the records became. */
export function judgeGroups(theCase: Case): GroupsJudge {
  let group: Group | undefined;
  return {
    take(view) {
      const entry = Buffer.from(view);
      if (!group || !sameGroup(group.first, entry)) {
        group?.end();
        group = openGroup(theCase, entry);
      }
      group.take(entry);
    },
    end: () => group?.end(),
  };
}

type Group = { readonly first: Entry; take(entry: Entry): void; end(): void };
type CountedRow = { readonly entry: Entry; matched: boolean; reason: string };

function openGroup(theCase: Case, first: Entry): Group {
  const rows: CountedRow[] = [];
  const records: Entry[] = [];
  let judge: BallotJudge | undefined;
  let incomplete = false;

  const judgeNow = () => {
    judge = judgeBallot(theCase);
    for (const record of records) judge.take(record);
    records.length = 0;
    return judge;
  };

  return {
    first,
    take(entry) {
      if (!isRecord(entry)) {
        rows.push({ entry, matched: false, reason: 'names another vote than the record there' });
        return;
      }
      matchCounted(theCase, rows, entry);
      if (outcomeOf(entry) === undefined) incomplete = true;
      if (judge) judge.take(entry);
      else if (records.length < MAX_GROUP) records.push(entry);
      else judgeNow().take(entry);
    },
    end() {
      keepUnmatched(theCase, rows);
      if (!judge && incomplete && keepsWaiting(theCase)) theCase.waiting.push(records);
      else (judge ?? judgeNow()).end();
    },
  };
}

function matchCounted(theCase: Case, rows: readonly CountedRow[], record: Entry): void {
  for (const row of rows) {
    if (row.matched || !samePosition(row.entry, record)) continue;
    const place = { partition: partitionOf(record), offset: offsetOf(record) };
    if (misplaced(theCase, databaseOf(row.entry), place) !== undefined) continue;
    if (!sameVoteId(row.entry, record)) continue;
    if (outcomeOf(record) === undefined) {
      row.matched = true;
      occupyCounted(theCase, record, row.entry);
    } else row.reason = 'the record there has an outcome already';
  }
}

/** The record is counted by this row of `votes`. */
export function occupyCounted(theCase: Case, record: Entry, row: Entry): void {
  setOutcome(record, 'counted', theCase.names.tagOf(''), null);
  const partition = partitionOf(record);
  countOutcome(theCase, partition, 'counted', '');
  countIntake(theCase, partition, electionIdOf(theCase, record), theCase.names.nameOf(instanceTagOf(record)));
  const differing: string[] = [];
  if (!sameGroup(record, row) && electionIdOf(theCase, record) !== electionIdOf(theCase, row))
    differing.push('election');
  if (revisionOf(record) !== revisionOf(row)) differing.push('revision');
  if (castAtOf(record) !== castAtOf(row)) differing.push('timestamp');
  if (!sameBallotKey(record, row)) differing.push('ballot key');
  if (!sameSelections(record, row)) differing.push('selections');
  if (differing.length > 0) reportContent(theCase, rowOf(theCase, row), databaseOf(row), differing);
}

function keepUnmatched(theCase: Case, rows: readonly CountedRow[]): void {
  const keyCounted = rows.some(({ matched }) => matched);
  for (const { entry, matched, reason } of rows) {
    if (matched) continue;
    const row = rowOf(theCase, entry);
    const database = databaseOf(entry);
    const wrongPlace = misplaced(theCase, database, row);
    if (wrongPlace === 'gap' || (!wrongPlace && isGap(theCase, row.partition, row.offset))) continue;
    const stray: Stray = {
      row,
      database,
      reason: wrongPlace ?? reason,
      placed: wrongPlace === undefined,
      keyCounted,
      entry,
    };
    keepStray(theCase, stray);
  }
}

function rowOf(theCase: Case, entry: Entry): PlacedRow {
  return {
    partition: partitionOf(entry),
    offset: offsetOf(entry),
    outcome: 'counted',
    code: null,
    electionId: electionIdOf(theCase, entry),
    voteId: voteIdOf(entry),
    target: null,
    revision: revisionOf(entry),
    ballotKey: ballotKeyOf(entry),
    castAt: castAtOf(entry),
  };
}
