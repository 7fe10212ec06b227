import { type Case, countOutcome, type Evidence, hexOf, MAX_STRAYS, rowCountOf, type Stray } from './case.ts';
import { isRecord, type Entry } from './entry.ts';
import type { Place } from './findings.ts';
import type { OutcomeRow } from './rows.ts';

export type PlacedRow = Omit<OutcomeRow, 'selections'>;

/**
 * Why no record can be at a row's position: a sentence, `'gap'` where the log has lost it, `undefined` where one can be.
 */
export function misplaced(
  { ranges, owners, databases }: Evidence,
  database: number,
  { partition, offset }: Pick<OutcomeRow, 'partition' | 'offset'>,
): string | undefined {
  const owner = owners.get(partition);
  if (!owner) return 'no database has progress for its partition';
  if (owner.database !== database)
    return `its partition is processed in ${databases[owner.database]?.name ?? ''}`;
  if (offset >= owner.nextOffset) return `its position is not below next_offset ${owner.nextOffset}`;
  const range = ranges.find(each => each.partition === partition);
  if (range && offset >= 0 && offset < range.start) return 'gap';
  return range && offset >= range.start && offset < range.end ? undefined : 'the log has no such record';
}

/** Counts a row for the progress of its partition. */
export function countRow(
  theCase: Case,
  database: number,
  { partition, offset, outcome }: Pick<OutcomeRow, 'partition' | 'offset' | 'outcome'>,
): void {
  const owner = theCase.owners.get(partition);
  if (owner?.database !== database || offset >= owner.nextOffset) return;
  const counts = rowCountOf(theCase, partition);
  // A superseded vote was counted once, and `progress.counted` is never taken back.
  if (outcome === 'counted' || outcome === 'superseded') counts.counted += 1;
  else counts.notCounted += 1;
}

/** A row of `outcomes` or `superseded` where no processed record can be. */
export function takeOutsideRow(theCase: Case, database: number, row: PlacedRow): void {
  countRow(theCase, database, row);
  const reason = misplaced(theCase, database, row);
  if (reason === 'gap') return;
  keepStray(theCase, {
    row,
    database,
    reason: reason ?? 'the log has no such record',
    placed: false,
    keyCounted: false,
  });
}

export function keepStray(theCase: Case, stray: Stray): void {
  if (theCase.strays.length < MAX_STRAYS) theCase.strays.push(stray);
  else addExtraRow(theCase, stray);
}

export function addExtraRow(theCase: Case, { row, database, reason }: Stray): void {
  const message = `a row of ${tableOf(row)} belongs to no record: ${reason}`;
  theCase.findings.add('extra-row', message, placeOfRow(theCase, row, database));
}

/**
 * Outcomes of records that can't be identified name no vote. A rejected record may go without a name as well: whether
 * it has one depends on how far its checks came.
 */
export function namesSameVote(recordVoteId: Uint8Array | undefined, { voteId, outcome }: PlacedRow): boolean {
  if (voteId) return recordVoteId !== undefined && Buffer.compare(recordVoteId, voteId) === 0;
  return recordVoteId === undefined || outcome === 'rejected' || outcome === 'quarantined';
}

/** What a matched row says otherwise than its record. */
export function reportContent(
  theCase: Case,
  row: PlacedRow,
  database: number,
  differing: readonly string[],
): void {
  if (differing.length === 0) return;
  const message = `the row's ${differing.join(', ')} ${differing.length > 1 ? 'are' : 'is'} not the record's`;
  theCase.findings.add('wrong-content', message, placeOfRow(theCase, row, database));
}

/** Counts a match, whatever the row says. */
export function countMatch(theCase: Case, row: PlacedRow): void {
  countOutcome(theCase, row.partition, row.outcome, row.code ?? '');
}

export function placeOfRow({ databases }: Evidence, row: PlacedRow, database: number): Place {
  return {
    partition: row.partition,
    offset: row.offset,
    ...(row.electionId === null ? {} : { electionId: row.electionId }),
    ...(row.voteId === null ? {} : { voteId: hexOf(row.voteId) }),
    database: databases[database]?.name ?? '',
  };
}

function tableOf({ outcome }: PlacedRow): string {
  if (outcome === 'counted') return 'votes';
  return outcome === 'superseded' ? 'superseded' : 'outcomes';
}

/** Whether one of the gaps holds that position. */
export function isGap({ gaps }: Pick<Case, 'gaps'>, partition: number, offset: number): boolean {
  return gaps.some(gap => gap.partition === partition && offset >= gap.from && offset < gap.to);
}

export const recordsOf = (group: readonly Entry[]): Entry[] => group.filter(isRecord);
