import { voteId } from '@suffrage/contracts/vote-id';
import type { Place } from './findings.ts';
import { type Case, eachProcessed, isVote, type Stray } from './case.ts';
import type { OutcomeRow } from './read-database.ts';
import {
  hasId,
  ID_LENGTH,
  idOf,
  indexAt,
  positionOf,
  type Records,
  recordState,
  rowState,
} from './records.ts';

/** Beyond that the rows are of another log altogether: they are counted, not examined. */
const MAX_STRAYS = 100_000;

/** Matches a row with the record at its position, or keeps it as a stray. */
export function matchRow(theCase: Case, database: number, row: OutcomeRow): void {
  const { records } = theCase;
  const place = findPlace(theCase, database, row);
  if (place === undefined) return;
  if (typeof place === 'string') {
    keep(theCase, { row, database, reason: place });
  } else if (!namesSameVote(records, place, row)) {
    keep(theCase, { row, database, reason: 'names another vote than the record there', index: place });
  } else if (records.row[place] !== rowState.none) {
    keep(theCase, { row, database, reason: 'the record there has an outcome already' });
  } else {
    occupy(records, place, row);
    compareContent(theCase, place, { row, database });
  }
}

function keep(theCase: Case, stray: Stray): void {
  if (theCase.strays.length < MAX_STRAYS) theCase.strays.push(stray);
  else addExtraRow(theCase, stray);
}

function addExtraRow(theCase: Case, { row, database, reason }: Stray): void {
  const message = `a row of ${tableOf(row)} belongs to no record: ${reason}`;
  theCase.findings.add('extra-row', message, placeOfRow(theCase, { row, database }));
}

/** The record at the row's position; a sentence where there can be no row; `undefined` inside a reported gap. */
function findPlace(
  { records, owners, databases }: Case,
  database: number,
  { partition, offset }: OutcomeRow,
): number | string | undefined {
  const owner = owners.get(partition);
  if (!owner) return 'no database has progress for its partition';
  if (owner.database !== database)
    return `its partition is processed in ${databases[owner.database]?.name ?? ''}`;
  if (offset >= owner.nextOffset) return `its position is not below next_offset ${owner.nextOffset}`;
  const index = indexAt(records, partition, offset);
  if (index === undefined) {
    const truncated = records.ranges.some(range => range.partition === partition && offset < range.start);
    return truncated && offset >= 0 ? undefined : 'the log has no such record';
  }
  return records.state[index] === recordState.absent ? undefined : index;
}

/**
 * Outcomes of records that can't be identified name no vote. A rejected record may go without a name as well: whether
 * it has one depends on how far its checks came.
 */
function namesSameVote(records: Records, index: number, { voteId: named, outcome }: OutcomeRow): boolean {
  if (named) return isVote(records, index, named);
  return records.hasVoteId[index] === 0 || outcome === 'rejected' || outcome === 'quarantined';
}

function occupy(records: Records, index: number, row: OutcomeRow): void {
  records.row[index] = rowState[row.outcome];
  records.rowCode[index] = records.names.indexOf(row.code ?? '');
  if (row.target?.length === ID_LENGTH) {
    records.hasTarget[index] = 1;
    records.targets.set(row.target, index * ID_LENGTH);
  }
}

function compareContent(theCase: Case, index: number, stray: Pick<Stray, 'row' | 'database'>): void {
  const differing = differences(theCase, index, stray.row);
  if (differing.length === 0) return;
  const message = `the row's ${differing.join(', ')} ${differing.length > 1 ? 'are' : 'is'} not the record's`;
  theCase.findings.add('wrong-content', message, placeOfRow(theCase, stray));
}

/** What the row says otherwise than the record. */
function differences({ records, findElection }: Case, index: number, row: OutcomeRow): string[] {
  const differing: string[] = [];
  const electionId = records.names.at(records.election[index] ?? 0);
  const readable = records.state[index] !== recordState.unreadable;
  if (readable && row.electionId !== electionId) differing.push('election');
  if (row.revision !== null && row.revision !== records.revision[index]) differing.push('revision');
  if (row.outcome !== 'counted') return differing;
  if (row.castAt !== records.castAt[index]) differing.push('timestamp');
  if (!row.ballotKey || !hasId(records.ballotKeys, index, row.ballotKey)) differing.push('ballot key');
  // The stored selections must open the vote ID that the token signed.
  const ballotHash = findElection(electionId)?.ballotHash;
  const opened =
    ballotHash && row.selections && voteId(ballotHash, idOf(records.salts, index), row.selections);
  if (!opened || !isVote(records, index, opened)) differing.push('selections');
  return differing;
}

/** Says of each stray what is wrong with it, once all rows are known. */
export function settleStrays(theCase: Case): void {
  if (theCase.strays.length === 0) return;
  const waiting = recordsWithoutRow(theCase);
  const keysCounted = countedBallotKeys(theCase);
  for (const stray of theCase.strays) settle(theCase, stray, waiting, keysCounted);
}

function settle(
  theCase: Case,
  stray: Stray,
  waiting: Map<string, number[]>,
  keysCounted: ReadonlySet<string>,
): void {
  const { records, findings } = theCase;
  const { row, index, reason } = stray;
  const place = placeOfRow(theCase, stray);
  if (row.outcome === 'counted' && keysCounted.has(keyOf(row.electionId, row.ballotKey))) {
    findings.add('counted-twice', `its ballot key is counted by another row; ${reason}`, place);
    return;
  }
  const home = waiting.get(hexOf(row.voteId))?.shift();
  if (home !== undefined) {
    const { partition, offset } = positionOf(records, home);
    findings.add('wrong-position', `its vote lies at partition ${partition}, offset ${offset}`, place);
    occupy(records, home, row);
    compareContent(theCase, home, stray);
    return;
  }
  if (index !== undefined && records.row[index] === rowState.none) {
    findings.add('wrong-content', `the row ${reason}`, place);
    occupy(records, index, row);
    return;
  }
  addExtraRow(theCase, stray);
}

/** Processed records that no row was matched with, by vote ID. */
function recordsWithoutRow(theCase: Case): Map<string, number[]> {
  const { records } = theCase;
  const waiting = new Map<string, number[]>();
  eachProcessed(theCase, index => {
    if (records.row[index] !== rowState.none || records.hasVoteId[index] === 0) return;
    const name = hexOf(idOf(records.voteIds, index));
    const others = waiting.get(name);
    if (others) others.push(index);
    else waiting.set(name, [index]);
  });
  return waiting;
}

/** Ballot keys of stray counted rows that are counted by a matched row too. */
function countedBallotKeys(theCase: Case): ReadonlySet<string> {
  const { records, strays } = theCase;
  const wanted = new Set(
    strays
      .filter(({ row }) => row.outcome === 'counted')
      .map(({ row }) => keyOf(row.electionId, row.ballotKey)),
  );
  const counted = new Set<string>();
  if (wanted.size === 0) return counted;
  eachProcessed(theCase, index => {
    if (records.row[index] !== rowState.counted) return;
    const key = keyOf(records.names.at(records.election[index] ?? 0), idOf(records.ballotKeys, index));
    if (wanted.has(key)) counted.add(key);
  });
  return counted;
}

function keyOf(electionId: string | null, ballotKey: Uint8Array | null): string {
  return `${electionId ?? ''}/${hexOf(ballotKey)}`;
}

function hexOf(id: Uint8Array | null): string {
  return id ? Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('hex') : '';
}

function tableOf({ outcome }: OutcomeRow): string {
  if (outcome === 'counted') return 'votes';
  return outcome === 'superseded' ? 'superseded' : 'outcomes';
}

function placeOfRow({ databases }: Case, { row, database }: Pick<Stray, 'row' | 'database'>): Place {
  return {
    partition: row.partition,
    offset: row.offset,
    ...(row.electionId === null ? {} : { electionId: row.electionId }),
    ...(row.voteId === null ? {} : { voteId: row.voteId.toString('hex') }),
    database: databases[database]?.name ?? '',
  };
}
