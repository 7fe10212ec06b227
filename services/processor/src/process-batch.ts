import type { TokenCheck } from '@suffrage/contracts/check-vote';
import { shardOf, shardOfPartition } from '@suffrage/contracts/shards';
import { crashPoint } from '@suffrage/runtime/crash-point';
import type { Log } from '@suffrage/runtime/log';
import { activeTraceparent, traceStep, traceWork } from '@suffrage/runtime/tracing';
import { identityKey, type Judged, planBatch } from './decide.ts';
import type { Hints } from './hints.ts';
import {
  dependsOnElections,
  type FindElection,
  judgeRecord,
  type LogRecord,
  type Read,
  readRecord,
} from './judge.ts';
import type { ProcessorMetrics } from './metrics.ts';
import type { Fence } from './progress-statements.ts';
import type { Committed, VoteStore } from './vote-store.ts';

export type BatchContext = {
  readonly find: FindElection;
  /** Resolves when `elections` has been read to its end within the last 10 s. */
  readonly ensureElections: () => Promise<void>;
  /** Reads `elections` to an end asked for after this call. */
  readonly readElectionsToEnd: () => Promise<void>;
  readonly checkToken: TokenCheck;
  readonly hints: Hints;
  readonly store: VoteStore;
  readonly shards: number;
  readonly metrics: Pick<
    ProcessorMetrics,
    'records' | 'commitSeconds' | 'commits' | 'batchRecords' | 'countedSeconds' | 'hints'
  >;
  readonly clock: () => number;
  readonly log: Log;
};

/**
 * Accounts for `records` (consecutive offsets of one partition), in the fixed order: decode -> Redis hints -> confirm
 * in PostgreSQL -> verify the rest -> decide -> one transaction -> only then Redis markers. The offset commit comes
 * after, in the worker. When it throws, nothing or all of it is committed; the position in PostgreSQL tells.
 * @throws Error when a valid vote lies in a partition of another shard: a configuration fault, not an outcome.
 */
export async function processBatch(
  records: readonly LogRecord[],
  fence: Fence,
  context: BatchContext,
): Promise<'done' | 'fenced'> {
  await context.ensureElections();
  const reads = records.map(record => readRecord(record, context.find));
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.destination.name': fence.topic,
    'messaging.destination.partition.id': String(fence.partition),
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.batch.message_count': records.length,
  } as const;
  const work = { name: `process ${fence.topic}`, kind: 'process', attributes } as const;
  return traceWork(work, reads.flatMap(traceparentOf), async () => {
    const duplicates = await confirmedDuplicates(reads, context);
    const judged = await judgeAll(reads, duplicates, context);
    refuseWrongShard(judged, fence.partition, context.shards);
    return commitJudged(judged, reads, fence, context);
  });
}

/** Whatever a record of a secret election carries, it is not traced. */
function traceparentOf({ record, election }: Read): string[] {
  if (record.traceparent === undefined || election?.definition.mode !== 'pseudonymous') return [];
  return [record.traceparent];
}

/** Records whose very vote is counted already: Redis says which to ask for, PostgreSQL decides. */
async function confirmedDuplicates(
  reads: readonly Read[],
  { hints, store, metrics }: BatchContext,
): Promise<ReadonlySet<Read>> {
  const known = reads.flatMap(read => (read.identity ? [{ read, identity: read.identity }] : []));
  const hinted = await hints.lookUp(known.map(({ identity }) => identity));
  crashPoint('after-redis-look-up');
  const asked = known.filter((_, place) => hinted[place]);
  const counted = await store.countedAmong(asked.map(({ identity }) => identity));
  const confirmed = asked
    .filter(({ identity }) => counted.has(identityKey(identity)))
    .map(({ read }) => read);
  if (asked.length > 0) {
    metrics.hints.inc({ result: 'confirmed' }, confirmed.length);
    metrics.hints.inc({ result: 'refuted' }, asked.length - confirmed.length);
  }
  return new Set(confirmed);
}

async function judgeAll(
  reads: readonly Read[],
  duplicates: ReadonlySet<Read>,
  context: BatchContext,
): Promise<Judged[]> {
  const judge = (read: Read): Judged => {
    if (!read.identity || !duplicates.has(read)) return judgeRecord(read, context.checkToken);
    const { electionId, voteId } = read.identity;
    return { kind: 'already-counted', ...position(read), electionId, voteId };
  };
  const judged = reads.map(judge);
  if (!judged.some(dependsOnElections)) return judged;
  // Nothing is rejected for an unknown election or for its time on old knowledge.
  await context.readElectionsToEnd();
  return judged.map((verdict, place) => {
    const read = reads[place];
    return read && dependsOnElections(verdict) ? judge(readRecord(read.record, context.find)) : verdict;
  });
}

function position({ record }: Read) {
  return { offset: record.offset, timestamp: record.timestamp };
}

function refuseWrongShard(judged: readonly Judged[], partition: number, shards: number): void {
  const stray = judged.find(
    verdict =>
      verdict.kind === 'valid' &&
      shardOf(verdict.candidate.ballotKey, shards) !== shardOfPartition(partition, shards),
  );
  if (stray?.kind === 'valid') {
    throw new Error(
      `partition ${partition} holds a vote of another shard at offset ${stray.candidate.offset}`,
    );
  }
}

/** Commits a range; one that the database refuses is split until the vote that it refuses stands alone. */
async function commitJudged(
  judged: readonly Judged[],
  reads: readonly Read[],
  fence: Fence,
  context: BatchContext,
): Promise<'done' | 'fenced'> {
  const [first, last] = [reads[0], reads.at(-1)];
  if (!first || !last) return 'done';
  const committed = await tryCommit(judged, first.record.offset, last.record.offset + 1n, fence, context);
  if (committed !== 'refused') {
    if (committed.status === 'fenced') return 'fenced';
    await afterCommit(committed, context);
    return 'done';
  }
  if (judged.length === 1) return commitJudged([setAside(judged, first)], reads, fence, context);
  const half = Math.ceil(judged.length / 2);
  const lower = await commitJudged(judged.slice(0, half), reads.slice(0, half), fence, context);
  if (lower === 'fenced') return lower;
  return commitJudged(judged.slice(half), reads.slice(half), fence, context);
}

async function tryCommit(
  judged: readonly Judged[],
  from: bigint,
  to: bigint,
  fence: Fence,
  { store, metrics, log }: BatchContext,
): Promise<Committed | 'refused'> {
  const stopTimer = metrics.commitSeconds.startTimer();
  metrics.batchRecords.observe(judged.length);
  try {
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': 'COMMIT',
      'db.operation.batch.size': judged.length,
    } as const;
    const committed = await traceStep({ name: 'commit votes', kind: 'query', attributes }, () =>
      store.commit(fence, from, to, planBatch(judged)),
    );
    metrics.commits.inc({ result: committed.status });
    return committed;
  } catch (error) {
    const isRefused = isRefusal(error) && judged.some(({ kind }) => kind === 'valid');
    metrics.commits.inc({ result: isRefused ? 'refused' : 'failed' });
    if (!isRefused) throw error;
    log.warn(
      { code: error.code, partition: fence.partition, records: judged.length },
      'the database refused a batch',
    );
    return 'refused';
  } finally {
    stopTimer();
  }
}

async function afterCommit(
  committed: Extract<Committed, { status: 'committed' }>,
  { hints, metrics, clock }: BatchContext,
) {
  crashPoint('after-transaction-commit-before-redis');
  metrics.records.inc({ outcome: 'counted' }, committed.counted.length);
  for (const { outcome } of committed.notCounted) metrics.records.inc({ outcome });
  const now = clock();
  let acceptedAt = now;
  for (const { timestamp } of committed.counted) {
    metrics.countedSeconds.observe(Math.max(0, now - timestamp) / 1000);
    acceptedAt = Math.min(acceptedAt, timestamp);
  }
  await hints.mark(committed.counted);
  const traceparent = activeTraceparent();
  await hints.announce({
    ...(committed.counted.length > 0 ? { acceptedAt } : {}),
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

function setAside([verdict]: readonly Judged[], { record }: Read): Judged {
  if (verdict?.kind !== 'valid' || !record.value)
    throw new Error('only a valid vote can be refused by the database');
  const { offset, timestamp, electionId, voteId } = verdict.candidate;
  return { kind: 'database-refused', offset, timestamp, electionId, voteId, record: record.value };
}

/** SQLSTATE classes that blame the data: 22 data exception, 23 constraint, P0 raised by a trigger. */
export function isRefusal(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && /^(?:22|23|P0)/.test(String(error.code));
}
