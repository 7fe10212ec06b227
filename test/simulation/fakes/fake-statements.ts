import { toBase64url } from '@suffrage/contracts/bytes';
import {
  type Candidate,
  candidateKey,
  type Identified,
  identityKey,
  type NotCounted,
} from '@suffrage/processor/decide';
import type { Fence, Progress } from '@suffrage/processor/progress-statements';
import type { RefusedRow } from '@suffrage/processor/quarantine-statements';
import type { CountedRow, Inserted, Replaced } from '@suffrage/processor/statements';
import type { TallyChange } from '@suffrage/processor/tally';
import { databaseError } from './row-locks.ts';
import type { ProgressRow, Tables, Transaction, VoteRow } from './tables.ts';

/** What `statements.ts` does in SQL, statement by statement, with its waiting. A test holds both against each other. */

export const progressKey = (topic: string, partition: number) => `${topic}/${partition}`;
const positionKey = (partition: number, offset: bigint) => `${partition}/${offset}`;

export async function takePartition(tx: Transaction, topic: string, partition: number): Promise<Progress> {
  const key = progressKey(topic, partition);
  await tx.progress.lock(key);
  const known = tx.progress.get(key) ?? {
    topic,
    partition,
    epoch: 0n,
    nextOffset: 0n,
    counted: 0,
    notCounted: 0,
    requeued: 0,
  };
  const taken = { ...known, epoch: known.epoch + 1n };
  tx.progress.put(key, taken);
  return { epoch: taken.epoch, nextOffset: taken.nextOffset };
}

export function readProgress({ progress }: Tables, topic: string, partition: number): Progress | undefined {
  const row = progress.get(progressKey(topic, partition));
  return row && { epoch: row.epoch, nextOffset: row.nextOffset };
}

export function countedAmong({ votes }: Tables, asked: readonly Identified[]): ReadonlySet<string> {
  const keys = asked.map(identityKey);
  return new Set(
    asked.flatMap((vote, place) => {
      const row = votes.get(candidateKey(vote));
      const key = keys[place] ?? '';
      return row && identityKey(row) === key ? [key] : [];
    }),
  );
}

export function refusedRecords(
  { outcomes }: Tables,
  partition: number,
  after: bigint,
  limit: number,
): RefusedRow[] {
  return [...outcomes.values()]
    .filter(row => row.partition === partition && row.code === 'database-refused' && row.offset > after)
    .toSorted((a, b) => Number(a.offset - b.offset))
    .slice(0, limit)
    .flatMap(({ offset, retry }) => (retry ? [{ partition, offset, ...retry }] : []));
}

/** Rows that do not match are not waited for; one that matches is looked at again once it is locked. */
export async function holdsFence(
  tx: Transaction,
  { topic, partition, epoch }: Fence,
  from?: bigint,
): Promise<boolean> {
  const key = progressKey(topic, partition);
  const matches = () => {
    const row = tx.progress.get(key);
    return row?.epoch === epoch && (from === undefined || row.nextOffset === from);
  };
  if (!matches()) return false;
  await tx.progress.lock(key);
  return matches();
}

/** @param refuses a trigger's decision on a vote ID. */
export async function insertVotes(
  tx: Transaction,
  partition: number,
  candidates: readonly Candidate[],
  refuses: (vote: Candidate) => boolean,
): Promise<Inserted> {
  const [added, taken]: [Candidate[], Candidate[]] = [[], []];
  for (const candidate of candidates) {
    const key = candidateKey(candidate);
    if (refuses(candidate)) throw databaseError('P0001', 'refused by a trigger');
    await tx.votes.settled(key);
    // Whoever holds the lock may insert it meanwhile.
    if (!tx.votes.get(key)) await tx.votes.lock(key);
    const isTaken = tx.votes.get(key) !== undefined;
    if (!isTaken) tx.votes.put(key, { ...candidate, partition });
    (isTaken ? taken : added).push(candidate);
  }
  return { added, taken };
}

/** Locks in primary-key order, and returns what the rows hold once they are locked. */
export async function lockVotes(
  tx: Transaction,
  conflicts: readonly Candidate[],
): Promise<ReadonlyMap<string, CountedRow>> {
  const keys = [...new Set(conflicts.toSorted(byPrimaryKey).map(candidateKey))];
  const locked = new Map<string, CountedRow>();
  for (const key of keys.filter(candidate => tx.votes.get(candidate))) {
    await tx.votes.lock(key);
    const row = tx.votes.get(key);
    if (row) locked.set(key, toCountedRow(row));
  }
  return locked;
}

function byPrimaryKey(a: Candidate, b: Candidate): number {
  if (a.electionId !== b.electionId) return a.electionId < b.electionId ? -1 : 1;
  return Buffer.compare(a.ballotKey, b.ballotKey);
}

function toCountedRow(row: VoteRow): CountedRow {
  const { electionId, ballotKey, voteId, revision, selections, partition, offset } = row;
  return { electionId, ballotKey, voteId, revision, selections, partition, offset };
}

export async function replaceVotes(
  tx: Transaction,
  partition: number,
  votes: readonly Candidate[],
): Promise<void> {
  for (const vote of votes) {
    const key = candidateKey(vote);
    if (!tx.votes.get(key)) continue;
    await tx.votes.lock(key);
    tx.votes.put(key, { ...vote, partition });
  }
}

export async function insertSuperseded(tx: Transaction, replaced: readonly Replaced[]): Promise<void> {
  for (const row of replaced) {
    const key = positionKey(row.partition, row.offset);
    await tx.superseded.lock(key);
    if (tx.superseded.get(key)) throw databaseError('23505', 'duplicate key of superseded');
    tx.superseded.put(key, row);
  }
}

export async function insertOutcomes(
  tx: Transaction,
  partition: number,
  outcomes: readonly NotCounted[],
): Promise<void> {
  for (const outcome of outcomes) {
    const key = positionKey(partition, outcome.offset);
    await tx.outcomes.lock(key);
    if (tx.outcomes.get(key)) throw databaseError('23505', 'duplicate key of outcomes');
    tx.outcomes.put(key, { ...outcome, partition });
  }
}

export async function takeRefused(
  tx: Transaction,
  partition: number,
  offsets: readonly bigint[],
): Promise<boolean> {
  let taken = 0;
  for (const offset of offsets) {
    const key = positionKey(partition, offset);
    if (tx.outcomes.get(key)?.code !== 'database-refused') continue;
    await tx.outcomes.lock(key);
    if (tx.outcomes.get(key)?.code !== 'database-refused') continue;
    tx.outcomes.remove(key);
    taken += 1;
  }
  return taken === offsets.length;
}

export async function addTallies(
  tx: Transaction,
  partition: number,
  changes: readonly TallyChange[],
): Promise<void> {
  for (const change of changes) {
    const key = `${change.electionId} ${change.contest} ${change.option} ${partition}`;
    await tx.tallies.lock(key);
    const votes = (tx.tallies.get(key)?.votes ?? 0) + change.votes;
    tx.tallies.put(key, { ...change, partition, votes });
  }
}

export async function addIntake(
  tx: Transaction,
  partition: number,
  counted: readonly Candidate[],
): Promise<void> {
  for (const { electionId, instance } of counted) {
    const key = `${electionId} ${instance} ${partition}`;
    await tx.intake.lock(key);
    const votes = (tx.intake.get(key)?.votes ?? 0) + 1;
    tx.intake.put(key, { electionId, instance, partition, votes });
  }
}

export async function advance(
  tx: Transaction,
  fence: Fence,
  to: bigint,
  counted: number,
  notCounted: number,
): Promise<void> {
  await updateProgress(tx, fence, row => ({
    ...row,
    nextOffset: to,
    counted: row.counted + counted,
    notCounted: row.notCounted + notCounted,
  }));
}

export async function countRequeued(tx: Transaction, fence: Fence, counted: number): Promise<void> {
  if (counted === 0) return;
  await updateProgress(tx, fence, row => ({
    ...row,
    counted: row.counted + counted,
    notCounted: row.notCounted - counted,
    requeued: row.requeued + counted,
  }));
}

async function updateProgress(
  tx: Transaction,
  { topic, partition }: Pick<Fence, 'topic' | 'partition'>,
  update: (row: ProgressRow) => ProgressRow,
): Promise<void> {
  const key = progressKey(topic, partition);
  if (!tx.progress.get(key)) return;
  await tx.progress.lock(key);
  const row = tx.progress.get(key);
  if (!row) return;
  const updated = update(row);
  if (updated.nextOffset !== BigInt(updated.counted + updated.notCounted)) {
    throw databaseError('23514', 'next_offset is not counted + not_counted');
  }
  tx.progress.put(key, updated);
}

/** For traces: the first characters of a vote ID. */
export function shortId(voteId: Uint8Array): string {
  return toBase64url(voteId).slice(0, 8);
}
