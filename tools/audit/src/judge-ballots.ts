import { type Case, eachProcessed, placeOf } from './case.ts';
import type { FindingKind } from './findings.ts';
import {
  hasId,
  ID_LENGTH,
  idOf,
  type Records,
  recordState,
  type RowOutcome,
  rowOutcomes,
  rowState,
} from './records.ts';

/** The code of a valid vote that the database did not take yet. */
const DATABASE_REFUSED = 'database-refused';

/**
 * INV-2: holds the outcome of every processed record against what is allowed. For each ballot key the greatest
 * (revision, vote ID) among the valid records wins: of its copies exactly one is counted, the rest are duplicates. Of each
 * lower (revision, vote ID) at most one is superseded, the rest are older revisions or duplicates. Order and partition
 * of the records do not matter.
 */
export function judgeBallots(theCase: Case): void {
  const { records } = theCase;
  eachProcessed(theCase, index => {
    if (records.row[index] !== rowState.none && records.hasKey[index] === 0)
      judgeUnidentified(theCase, index);
  });
  const order = byBallot(theCase);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && sameBallot(records, order[from] ?? 0, order[to] ?? 0)) to += 1;
    judgeBallot(theCase, order.subarray(from, to));
    from = to;
  }
}

function judgeUnidentified(theCase: Case, index: number): void {
  const { records } = theCase;
  if (records.state[index] === recordState.unreadable) {
    if (outcomeOf(records, index) !== 'quarantined') {
      report(theCase, 'wrong-outcome', index, `is not a vote record, but ${outcomeOf(records, index)}`);
    } else if (rowCodeOf(records, index) === DATABASE_REFUSED) {
      report(theCase, 'wrong-code', index, 'is not a vote record, not a vote that the database refuses');
    }
  } else if (records.state[index] === recordState.invalid) judgeInvalid(theCase, index, false);
}

/** @param duplicateAllowed whether the very same vote, in another record, is or was counted. */
function judgeInvalid(theCase: Case, index: number, duplicateAllowed: boolean): void {
  const { records } = theCase;
  const code = records.names.at(records.code[index] ?? 0);
  const outcome = outcomeOf(records, index);
  if (outcome === 'duplicate' && duplicateAllowed) {
    judgeTarget(theCase, index, []);
    return;
  }
  if (outcome === 'counted' || outcome === 'superseded') {
    const outOfTime = code === 'election-not-yet-open' || code === 'election-closed';
    report(
      theCase,
      outOfTime ? 'counted-out-of-time' : 'counted-invalid',
      index,
      `is ${outcome}, but ${code}`,
    );
  } else if (outcome !== 'rejected') {
    report(theCase, 'wrong-outcome', index, `is ${outcome}, but should be rejected (${code})`);
  } else if (rowCodeOf(records, index) !== code) {
    const message = `is rejected as ${rowCodeOf(records, index)}, the first failing check is ${code}`;
    report(theCase, 'wrong-code', index, message);
  }
}

/** @param members all records of one ballot key, ascending by (revision, vote ID). */
function judgeBallot(theCase: Case, members: Uint32Array): void {
  const { records } = theCase;
  const believed = members.filter(index => isBelieved(theCase, index));
  const winner = believed.at(-1);
  for (let from = 0; from < believed.length; ) {
    const first = believed[from] ?? 0;
    let to = from + 1;
    while (to < believed.length && sameVote(records, first, believed[to] ?? 0)) to += 1;
    const copies = believed.subarray(from, to);
    if (winner !== undefined && sameVote(records, first, winner)) judgeWinner(theCase, copies);
    else judgeLower(theCase, copies);
    judgeTargets(theCase, copies, believed.subarray(to));
    judgeRevision(theCase, first, believed[to]);
    from = to;
  }
  for (const index of members) {
    if (records.state[index] !== recordState.invalid || records.row[index] === rowState.none) continue;
    judgeInvalid(theCase, index, wasCounted(records, believed, index));
  }
}

/** Valid, and not set aside because the database refuses it. What is set aside is reported until it counts. */
function isBelieved(theCase: Case, index: number): boolean {
  const { records } = theCase;
  if (records.state[index] !== recordState.valid) return false;
  const refused =
    outcomeOf(records, index) === 'quarantined' && rowCodeOf(records, index) === DATABASE_REFUSED;
  if (refused) report(theCase, 'database-refused', index, 'is valid, but the database does not take it');
  return !refused;
}

function judgeWinner(theCase: Case, copies: Uint32Array): void {
  const { records } = theCase;
  let counted = 0;
  let missing = 0;
  for (const index of copies) {
    const outcome = outcomeOf(records, index);
    if (outcome === undefined) missing += 1;
    else if (outcome === 'counted') {
      counted += 1;
      if (counted > 1)
        report(theCase, 'counted-twice', index, 'is counted, and so is another copy of its vote');
    } else if (outcome !== 'duplicate') {
      report(
        theCase,
        'wrong-outcome',
        index,
        `is ${outcome}, but no later vote of its ballot key is on the log`,
      );
    }
  }
  const someOutcomeWrong = copies.some(index => (outcomeOf(records, index) ?? 'duplicate') !== 'duplicate');
  // A record without its row says it all already.
  if (counted === 0 && missing === 0 && !someOutcomeWrong) {
    report(theCase, 'not-counted', copies[0] ?? 0, 'should be counted, but all its copies are duplicates');
  }
}

function judgeLower(theCase: Case, copies: Uint32Array): void {
  let superseded = 0;
  for (const index of copies) {
    const outcome = outcomeOf(theCase.records, index);
    if (outcome === undefined || outcome === 'older-revision' || outcome === 'duplicate') continue;
    if (outcome === 'superseded') {
      superseded += 1;
      if (superseded > 1) {
        report(
          theCase,
          'counted-twice',
          index,
          'was counted before it was superseded, and so was another copy',
        );
      }
    } else {
      report(
        theCase,
        'wrong-outcome',
        index,
        `is ${outcome}, but a later vote of its ballot key is on the log`,
      );
    }
  }
}

function judgeTargets(theCase: Case, copies: Uint32Array, greater: Uint32Array): void {
  for (const index of copies) {
    const outcome = outcomeOf(theCase.records, index);
    const gaveWay = outcome === 'duplicate' || outcome === 'older-revision' || outcome === 'superseded';
    if (gaveWay) judgeTarget(theCase, index, greater);
  }
}

/** A record gives way to a greater vote of its ballot key; a duplicate to its own vote or a greater one. */
function judgeTarget(theCase: Case, index: number, greater: Uint32Array | readonly number[]): void {
  const { records } = theCase;
  const outcome = outcomeOf(records, index);
  const target = records.hasTarget[index] === 1 ? idOf(records.targets, index) : undefined;
  const own = outcome === 'duplicate' && target && hasId(records.voteIds, index, target);
  if (own || (target && greater.some(other => hasId(records.voteIds, other, target)))) return;
  report(theCase, 'wrong-target', index, `is ${outcome}, but names no vote that it could give way to`);
}

/** Equal revisions of different votes: the registrar signed two votes where one had its turn. */
function judgeRevision(theCase: Case, index: number, next: number | undefined): void {
  if (next === undefined || theCase.records.revision[index] !== theCase.records.revision[next]) return;
  const message = `revision ${theCase.records.revision[index]} of its ballot key is signed for another vote too`;
  report(theCase, 'registrar-equivocation', next, message);
}

function wasCounted(records: Records, believed: Uint32Array, index: number): boolean {
  return believed.some(other => {
    const outcome = outcomeOf(records, other);
    return (outcome === 'counted' || outcome === 'superseded') && sameVote(records, index, other);
  });
}

/** Processed records that have a ballot key, ordered by election, ballot key, revision and vote ID. */
function byBallot(theCase: Case): Uint32Array {
  const { records } = theCase;
  let count = 0;
  const order = new Uint32Array(records.size);
  eachProcessed(theCase, index => {
    if (records.hasKey[index] === 1) order[count++] = index;
  });
  // Ballot keys are hashes: their first four bytes decide nearly every comparison.
  const prefix = (index: number) => records.ballotKeys.readUInt32BE(index * ID_LENGTH);
  return order.subarray(0, count).toSorted((a, b) => {
    return (
      prefix(a) - prefix(b) ||
      compareIds(records.ballotKeys, a, b) ||
      (records.election[a] ?? 0) - (records.election[b] ?? 0) ||
      (records.revision[a] ?? 0) - (records.revision[b] ?? 0) ||
      compareIds(records.voteIds, a, b)
    );
  });
}

function sameBallot(records: Records, a: number, b: number): boolean {
  return records.election[a] === records.election[b] && compareIds(records.ballotKeys, a, b) === 0;
}

function sameVote(records: Records, a: number, b: number): boolean {
  return records.revision[a] === records.revision[b] && compareIds(records.voteIds, a, b) === 0;
}

function compareIds(table: Buffer, a: number, b: number): number {
  return table.compare(table, b * ID_LENGTH, (b + 1) * ID_LENGTH, a * ID_LENGTH, (a + 1) * ID_LENGTH);
}

function outcomeOf(records: Records, index: number): RowOutcome | undefined {
  return rowOutcomes[(records.row[index] ?? 0) - 1];
}

function rowCodeOf(records: Records, index: number): string {
  return records.names.at(records.rowCode[index] ?? 0);
}

function report(theCase: Case, kind: FindingKind, index: number, what: string): void {
  theCase.findings.add(kind, `the record ${what}`, placeOf(theCase, index));
}
