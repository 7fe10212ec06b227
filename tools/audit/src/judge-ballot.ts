import { type Case, type LoneRecord, placeOf, placeOfEntry } from './case.ts';
import {
  codeTagOf,
  type Entry,
  failingCheckOf,
  isValid,
  outcomeOf,
  revisionOf,
  type RowOutcome,
  sameVote,
  targetOf,
  voteIdOf,
} from './entry.ts';
import type { FindingKind, Place } from './findings.ts';
import type { PlacedRow } from './match-rows.ts';

/** The code of a valid vote that the database did not take yet. */
const DATABASE_REFUSED = 'database-refused';

/** Judges the records of one ballot key. */
export type BallotJudge = {
  /** The next record, in the order of entries: the greatest (revision, vote ID) first. A view may be reused after it. */
  take(record: Entry): void;
  /** After the last one. */
  end(): void;
};

/** Copies of one vote. */
type Copies = {
  readonly first: Entry;
  readonly wins: boolean;
  counted: number;
  superseded: number;
  missing: number;
  otherOutcomes: number;
};

/**
 * INV-2: holds the outcome of every processed record against what is allowed. For each ballot key the greatest
 * (revision, vote ID) among the valid records wins: of its copies exactly one is counted, the rest are duplicates. Of each
 * lower (revision, vote ID) at most one is superseded, the rest are older revisions or duplicates. Order and partition
 * of the records do not matter. Keeps one record of each different vote, never their copies.
 */
export function judgeBallot(theCase: Case): BallotJudge {
  const greater: Buffer[] = [];
  let copies: Copies | undefined;

  const startCopies = (record: Entry) => {
    if (copies) {
      endCopies(theCase, copies);
      greater.push(voteIdOf(copies.first));
      judgeRevision(theCase, record, copies.first);
    }
    const first = Buffer.from(record);
    return { first, wins: !copies, counted: 0, superseded: 0, missing: 0, otherOutcomes: 0 };
  };

  return {
    take(record) {
      if (outcomeOf(record) === undefined) report(theCase, 'missing-row', record, 'has no outcome');
      if (!isValid(record)) {
        const same = copies && sameVote(copies.first, record);
        judgeInvalid(theCase, record, same === true && copies !== undefined && wasCounted(copies));
      } else if (isRefused(theCase, record)) {
        // Set aside, not believed: it is reported until it counts.
        report(theCase, 'database-refused', record, 'is valid, but the database does not take it');
      } else {
        if (!copies || !sameVote(copies.first, record)) copies = startCopies(record);
        judgeCopy(theCase, record, copies);
        judgeTarget(theCase, record, greater);
      }
    },
    end: () => copies && endCopies(theCase, copies),
  };
}

const wasCounted = ({ counted, superseded }: Copies): boolean => counted + superseded > 0;

function isRefused({ names }: Case, record: Entry): boolean {
  return outcomeOf(record) === 'quarantined' && names.nameOf(codeTagOf(record)) === DATABASE_REFUSED;
}

function judgeCopy(theCase: Case, record: Entry, copies: Copies): void {
  const outcome = outcomeOf(record);
  if (outcome === undefined) copies.missing += 1;
  else if (copies.wins) judgeWinner(theCase, record, outcome, copies);
  else judgeLower(theCase, record, outcome, copies);
}

function judgeWinner(theCase: Case, record: Entry, outcome: RowOutcome, copies: Copies): void {
  if (outcome === 'duplicate') return;
  if (outcome === 'counted') {
    copies.counted += 1;
    if (copies.counted > 1)
      report(theCase, 'counted-twice', record, 'is counted, and so is another copy of its vote');
    return;
  }
  copies.otherOutcomes += 1;
  if (outcome === 'superseded') copies.superseded += 1;
  report(
    theCase,
    'wrong-outcome',
    record,
    `is ${outcome}, but no later vote of its ballot key is on the log`,
  );
}

function judgeLower(theCase: Case, record: Entry, outcome: RowOutcome, copies: Copies): void {
  if (outcome === 'older-revision' || outcome === 'duplicate') return;
  if (outcome === 'superseded') {
    copies.superseded += 1;
    const message = 'was counted before it was superseded, and so was another copy';
    if (copies.superseded > 1) report(theCase, 'counted-twice', record, message);
    return;
  }
  if (outcome === 'counted') copies.counted += 1;
  report(theCase, 'wrong-outcome', record, `is ${outcome}, but a later vote of its ballot key is on the log`);
}

function endCopies(theCase: Case, { first, wins, counted, missing, otherOutcomes }: Copies): void {
  // A record without its row, or with an outcome that is not allowed, says it all already.
  if (!wins || counted + missing + otherOutcomes > 0) return;
  report(theCase, 'not-counted', first, 'should be counted, but all its copies are duplicates');
}

/** A record gives way to a greater vote of its ballot key; a duplicate to its own vote or a greater one. */
function judgeTarget(theCase: Case, record: Entry, greater: readonly Buffer[]): void {
  const outcome = outcomeOf(record);
  if (outcome !== 'duplicate' && outcome !== 'older-revision' && outcome !== 'superseded') return;
  const target = targetOf(record);
  const own = outcome === 'duplicate' && target !== undefined && voteIdOf(record).equals(target);
  if (own || (target && greater.some(voteId => voteId.equals(target)))) return;
  report(theCase, 'wrong-target', record, `is ${outcome}, but names no vote that it could give way to`);
}

/** Equal revisions of different votes: the registrar signed two votes where one had its turn. */
function judgeRevision(theCase: Case, record: Entry, greater: Entry): void {
  if (revisionOf(record) !== revisionOf(greater)) return;
  const message = `revision ${revisionOf(record)} of its ballot key is signed for another vote too`;
  theCase.findings.add('registrar-equivocation', message, placeOfEntry(theCase, greater));
}

/** @param duplicateAllowed whether the very same vote, in another record, is or was counted. */
function judgeInvalid(theCase: Case, record: Entry, duplicateAllowed: boolean): void {
  const outcome = outcomeOf(record);
  if (outcome === undefined) return;
  if (outcome === 'duplicate' && duplicateAllowed) judgeTarget(theCase, record, []);
  else {
    const given = theCase.names.nameOf(codeTagOf(record));
    judgeRefused(theCase, failingCheckOf(record), outcome, given, placeOfEntry(theCase, record));
  }
}

function judgeRefused(theCase: Case, code: string, outcome: RowOutcome, given: string, place: Place): void {
  const { findings } = theCase;
  if (outcome === 'counted' || outcome === 'superseded') {
    const outOfTime = code === 'election-not-yet-open' || code === 'election-closed';
    findings.add(
      outOfTime ? 'counted-out-of-time' : 'counted-invalid',
      `the record is ${outcome}, but ${code}`,
      place,
    );
  } else if (outcome !== 'rejected') {
    findings.add('wrong-outcome', `the record is ${outcome}, but should be rejected (${code})`, place);
  } else if (given !== code) {
    const message = `the record is rejected as ${given}, the first failing check is ${code}`;
    findings.add('wrong-code', message, place);
  }
}

/** Judges a record that has no ballot key. */
export function judgeLone(
  theCase: Case,
  record: LoneRecord,
  { outcome, code }: Pick<PlacedRow, 'outcome' | 'code'>,
): void {
  const place = placeOf(theCase, record);
  if (record.readable) {
    judgeRefused(theCase, record.code, outcome, code ?? '', place);
  } else if (outcome !== 'quarantined') {
    theCase.findings.add('wrong-outcome', `the record is not a vote record, but ${outcome}`, place);
  } else if (code === DATABASE_REFUSED) {
    const message = 'the record is not a vote record, not a vote that the database refuses';
    theCase.findings.add('wrong-code', message, place);
  }
}

function report(theCase: Case, kind: FindingKind, record: Entry, what: string): void {
  theCase.findings.add(kind, `the record ${what}`, placeOfEntry(theCase, record));
}
