import { type Case, countIntake, countOutcome, electionIdOf, keepsWaiting, type Stray } from './case.ts';
import {
  ballotKeyOf,
  castAtOf,
  databaseOf,
  electionOf,
  type Entry,
  ENTRY_BYTES,
  INSTANCE_TAG_AT,
  isOwnDuplicate,
  isRecord,
  isValid,
  offsetOf,
  outcomeOf,
  partitionOf,
  revisionOf,
  sameBallotKey,
  sameCastAt,
  sameGroup,
  samePosition,
  sameSelections,
  sameVote,
  sameVoteId,
  setOutcome,
  voteIdOf,
} from './entry.ts';
import { type BallotJudge, judgeBallot } from './judge-ballot.ts';
import { isGap, keepStray, misplaced, type PlacedRow, reportContent } from './match-rows.ts';

/** Ballot keys with more records are judged as they come: what they lack is not looked for among strays. */
const MAX_GROUP = 4_096;

/** Takes all entries in their order, wherever they lie; they may be overwritten after each call. */
export type GroupsJudge = { take(bytes: Buffer, at: number): void; end(): void };

/**
 * Matches the rows of `votes` with the records of their ballot keys, and judges what the records became: one entry after
 * another, so that a ballot key with any number of records needs no memory.
 */
export function judgeGroups(theCase: Case): GroupsJudge {
  let group: Group | undefined;
  return {
    take(bytes, at) {
      const entry = Buffer.from(bytes.subarray(at, at + ENTRY_BYTES));
      if (!group || !sameGroup(group.first, entry)) {
        group?.end();
        group = openGroup(theCase, entry);
      }
      group.take(entry);
    },
    end: () => group?.end(),
  };
}

/** The same for entries that lie in one buffer: nothing is copied of ballot keys that are as they should be. */
export function judgeSorted(theCase: Case, bytes: Buffer, places: ArrayLike<number>): void {
  const placeAt = (index: number) => places[index] ?? 0;
  for (let from = 0; from < places.length; ) {
    const first = placeAt(from);
    let to = from + 1;
    while (to < places.length && sameGroup(bytes, bytes, first, placeAt(to))) to += 1;
    if (!countSound(theCase, bytes, places, from, to)) {
      const judge = judgeGroups(theCase);
      for (let index = from; index < to; index++) judge.take(bytes, placeAt(index));
      judge.end();
    }
    from = to;
  }
}

/**
 * Nearly all ballot keys have one row of `votes`, and all their records are copies of its vote: one at its position, the
 * rest duplicates that say so. Such a one is counted here. `false`, and nothing done, for all others.
 */
function countSound(
  theCase: Case,
  bytes: Buffer,
  places: ArrayLike<number>,
  from: number,
  to: number,
): boolean {
  const row = places[from] ?? 0;
  if (isRecord(bytes, row)) return false;
  let counted = -1;
  for (let index = from + 1; index < to; index++) {
    const record = places[index] ?? 0;
    if (!isRecord(bytes, record) || !isValid(bytes, record) || !sameVote(bytes, bytes, row, record))
      return false;
    if (isOwnDuplicate(bytes, record)) continue;
    if (counted >= 0 || !isCountedBy(bytes, row, record)) return false;
    counted = record;
  }
  if (counted < 0) return false;
  const partition = partitionOf(bytes, counted);
  if (theCase.owners.get(partition)?.database !== databaseOf(bytes, row)) return false;
  countCounted(theCase, bytes, counted);
  return true;
}

/** The record lies where the row says, has no other outcome, and nothing differs. */
function isCountedBy(bytes: Buffer, row: number, record: number): boolean {
  return (
    outcomeOf(bytes, record) === undefined &&
    samePosition(bytes, bytes, row, record) &&
    sameCastAt(bytes, bytes, row, record) &&
    sameSelections(bytes, bytes, row, record)
  );
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
  setOutcome(record, 0, 'counted', theCase.names.tagOf(''), null);
  countCounted(theCase, record, 0);
  const differing: string[] = [];
  if (!sameGroup(record, row) && electionIdOf(theCase, record) !== electionIdOf(theCase, row))
    differing.push('election');
  if (revisionOf(record) !== revisionOf(row)) differing.push('revision');
  if (!sameCastAt(record, row)) differing.push('timestamp');
  if (!sameBallotKey(record, row)) differing.push('ballot key');
  if (!sameSelections(record, row)) differing.push('selections');
  if (differing.length > 0) reportContent(theCase, rowOf(theCase, row), databaseOf(row), differing);
}

function countCounted(theCase: Case, bytes: Buffer, at: number): void {
  const partition = partitionOf(bytes, at);
  const electionId = theCase.electionIds[electionOf(bytes, at)] ?? '';
  countOutcome(theCase, partition, 'counted', '');
  countIntake(theCase, partition, electionId, theCase.names.nameOf(bytes, at + INSTANCE_TAG_AT));
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
