import type { TokenCheck } from '@suffrage/contracts/check-vote';
import { Redacted } from '@suffrage/contracts/redacted';
import { shardOf, shardOfPartition } from '@suffrage/contracts/shards';
import {
  type Case,
  countIntake,
  countsOf,
  keepsWaiting,
  type LoneRecord,
  type Owner,
  placeOf,
  processedBelow,
} from './case.ts';
import { type EntrySink, ID_BYTES, setOutcome, writeRecord } from './entry.ts';
import { judgeLone } from './judge-ballot.ts';
import { type JudgedRecord, judgeRecord } from './judge-record.ts';
import { countMatch, keepStray, namesSameVote, type PlacedRow, reportContent } from './match-rows.ts';
import type { PartitionRange } from './ranges.ts';
import type { LogPlace } from './read-batches.ts';
import { createPlainReader, type PlainVote } from './read-plain-vote.ts';

/** A stretch of one partition. */
export type Chunk = PartitionRange & {
  /** The rows of `outcomes` and `superseded` at a processed position; they are counted by whoever has read them. */
  readonly rowsAt: (offset: number) => readonly PlacedRow[];
};

const NOTHING = new Uint8Array(0);

export type ChunkJudge = {
  /** The next record, in the order of offsets. */
  take(record: LogPlace): void;
  /** After the last one. */
  end(): void;
};

/** What was seen of a record, for whoever holds it against a receipt. */
export type SeenRecord = {
  readonly offset: number;
  /** The record's timestamp, milliseconds since 1970. */
  readonly castAt: number;
  readonly judged: JudgedRecord;
};

/**
 * Judges records one by one, matches them with the rows at their positions, and writes an entry for each processed record
 * that has a ballot key: what it must have become is only known beside the others of its ballot key.
 * @param entries where they are written.
 */
export function judgeChunk(
  theCase: Case,
  chunk: Chunk,
  checkToken: TokenCheck,
  entries: EntrySink,
  onRecord?: (record: SeenRecord) => void,
): ChunkJudge {
  const { partition } = chunk;
  const owner = theCase.owners.get(partition);
  const processed = processedBelow(theCase, partition);
  const ownShard = shardOfPartition(partition, theCase.shards);
  const counts = countsOf(theCase, partition);
  const readPlain = createPlainReader(theCase, checkToken);
  let expected = chunk.start;

  const gap = (to: number) => {
    if (expected < to) theCase.gaps.push({ partition, from: expected, to });
  };
  const isProcessed = (offset: number) => offset < processed && owner !== undefined;

  /** Nearly all: a valid vote without a row at its place. */
  const takePlain = (vote: PlainVote, { offset, castAt }: LogPlace) => {
    if (!isProcessed(offset)) counts.notYetProcessed += 1;
    else writePlain(theCase, entries, vote, { partition, offset, castAt });
  };
  const takeJudged = (judged: JudgedRecord, { offset, castAt }: LogPlace, atPlace: readonly PlacedRow[]) => {
    onRecord?.({ offset, castAt, judged });
    judgeShard(theCase, judged, ownShard, partition, offset);
    if (!isProcessed(offset) || !owner) {
      counts.notYetProcessed += 1;
      return;
    }
    const row = matchRows(theCase, owner, judged, atPlace);
    if (row) compareContent(theCase, owner, judged, row);
    if (judged.state === 'unreadable' || !judged.ballotKey || !judged.voteId) {
      settleLone(theCase, loneRecord(partition, offset, judged), row);
      return;
    }
    const at = writeJudged(theCase, entries, judged, { partition, offset, castAt });
    if (!row) return;
    setOutcome(entries.bytes(), at, row.outcome, theCase.names.tagOf(row.code ?? ''), row.target);
    if (row.outcome === 'superseded')
      countIntake(theCase, partition, judged.vote.electionId, judged.vote.instance);
  };

  return {
    take(record) {
      const { offset } = record;
      gap(offset);
      expected = offset + 1;
      counts.records += 1;
      const atPlace = chunk.rowsAt(offset);
      const plain = readPlain(record);
      if (plain && atPlace.length === 0 && !onRecord && theCase.shards === 1) {
        takePlain(plain, record);
        return;
      }
      const judged = plain ? judgedOf(plain) : judgeAnew(theCase, record, checkToken);
      takeJudged(believeRow(theCase, judged, atPlace), record, atPlace);
    },
    end: () => gap(chunk.end),
  };
}

function judgeAnew(theCase: Case, record: LogPlace, checkToken: TokenCheck): JudgedRecord {
  const { bytes, valueAt, valueLength, castAt } = record;
  const value = valueLength < 0 ? null : bytes.subarray(valueAt, valueAt + valueLength);
  return judgeRecord(value, castAt, theCase.findElection, checkToken);
}

/** The same vote as objects, that may be kept. */
function judgedOf(vote: PlainVote): JudgedRecord {
  const { electionId, revision, instance, bytes, selectionsAt, selectionsLength } = vote;
  const selections = new Redacted(bytes.subarray(selectionsAt, selectionsAt + selectionsLength));
  return {
    state: 'valid',
    vote: { electionId, revision, instance, selections },
    code: '',
    voteId: vote.voteId.slice(),
    ballotKey: vote.ballotKey.slice(vote.ballotKeyAt, vote.ballotKeyAt + ID_BYTES),
  };
}

type Position = { readonly partition: number; readonly offset: number; readonly castAt: number };

function writePlain(theCase: Case, entries: EntrySink, vote: PlainVote, position: Position): void {
  const at = entries.next();
  writeRecord(entries.bytes(), at, {
    ...position,
    ballotKey: vote.ballotKey,
    ballotKeyAt: vote.ballotKeyAt,
    election: vote.election,
    revision: vote.revision,
    voteId: vote.voteId,
    voteIdAt: 0,
    code: '',
    selections: vote.bytes,
    selectionsAt: vote.selectionsAt,
    selectionsLength: vote.selectionsLength,
    instanceTag: theCase.names.tagOf(vote.instance),
  });
}

/** @returns where the entry begins. */
function writeJudged(
  theCase: Case,
  entries: EntrySink,
  { vote, voteId, ballotKey, code }: Extract<JudgedRecord, { code: string }>,
  position: Position,
): number {
  const at = entries.next();
  const selections = vote.selections.reveal();
  writeRecord(entries.bytes(), at, {
    ...position,
    ballotKey: ballotKey ?? NOTHING,
    ballotKeyAt: 0,
    election: Math.max(0, theCase.electionIds.indexOf(vote.electionId)),
    revision: vote.revision,
    voteId: voteId ?? NOTHING,
    voteIdAt: 0,
    code,
    selections,
    selectionsAt: 0,
    selectionsLength: selections.length,
    instanceTag: theCase.names.tagOf(vote.instance),
  });
  return at;
}

/** Without verifying tokens: what a database refused for its token is taken as refused for its token. */
function believeRow({ signatures }: Case, judged: JudgedRecord, rows: readonly PlacedRow[]): JudgedRecord {
  if (signatures || judged.state !== 'valid') return judged;
  const refused = rows.find(
    ({ outcome, code }) =>
      outcome === 'rejected' && (code === 'token-invalid' || code === 'token-key-unknown'),
  );
  return refused ? { ...judged, state: 'invalid', code: refused.code ?? '' } : judged;
}

/** Processed or not: equal ballot keys would not meet, or the partition stands still. */
function judgeShard(
  theCase: Case,
  judged: JudgedRecord,
  own: number,
  partition: number,
  offset: number,
): void {
  if (theCase.shards === 1 || judged.state !== 'valid' || !judged.ballotKey) return;
  const shard = shardOf(judged.ballotKey, theCase.shards);
  if (shard === own) return;
  const message = `a vote of shard ${shard} lies in a partition of shard ${own}`;
  theCase.findings.add('wrong-shard', message, placeOf(theCase, loneRecord(partition, offset, judged)));
}

/** The row that names the record's vote; the others are strays. */
function matchRows(
  theCase: Case,
  { database }: Owner,
  judged: JudgedRecord,
  rows: readonly PlacedRow[],
): PlacedRow | undefined {
  const voteId = judged.state === 'unreadable' ? undefined : judged.voteId;
  let matched: PlacedRow | undefined;
  for (const row of rows) {
    const same = namesSameVote(voteId, row);
    if (same && !matched) matched = row;
    else {
      const reason = same
        ? 'the record there has an outcome already'
        : 'names another vote than the record there';
      keepStray(theCase, { row, database, reason, placed: !same, keyCounted: false });
    }
  }
  if (matched) countMatch(theCase, matched);
  return matched;
}

function compareContent(theCase: Case, { database }: Owner, judged: JudgedRecord, row: PlacedRow): void {
  if (judged.state === 'unreadable') return;
  const differing: string[] = [];
  if (row.electionId !== judged.vote.electionId) differing.push('election');
  if (row.revision !== null && row.revision !== judged.vote.revision) differing.push('revision');
  reportContent(theCase, row, database, differing);
}

function loneRecord(partition: number, offset: number, judged: JudgedRecord): LoneRecord {
  if (judged.state === 'unreadable') return { partition, offset, readable: false, code: '' };
  const { vote, voteId, code } = judged;
  return {
    partition,
    offset,
    electionId: vote.electionId,
    ...(voteId?.length === ID_BYTES ? { voteId } : {}),
    readable: true,
    code,
  };
}

function settleLone(theCase: Case, record: LoneRecord, row: PlacedRow | undefined): void {
  if (row) judgeLone(theCase, record, row);
  else if (keepsWaiting(theCase)) theCase.lone.push(record);
  else theCase.findings.add('missing-row', 'the record has no outcome', placeOf(theCase, record));
}
