import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { Snapshot } from '@suffrage/contracts/results';
import type { KnownElection } from './elections.ts';

/** What one shard's database held at one instant; sums over its partitions. */
export type ShardReading = {
  /** Contest `*` with option `*` counts votes. */
  readonly tallies: readonly {
    readonly electionId: string;
    readonly contest: string;
    readonly option: string;
    readonly votes: number;
  }[];
  readonly intake: readonly {
    readonly electionId: string;
    readonly instance: string;
    readonly votes: number;
  }[];
  readonly progress: readonly Progress[];
};

export type Progress = {
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: number;
  readonly requeued: number;
};

/** An unchanged snapshot goes out again after this time with a new `asOf`, so that readers see that it is current. */
export const REPUBLISH_MILLIS = 5_000;

/**
 * Complete snapshots of `elections` from one reading of all shards, with zeros where nothing was counted and options in
 * ballot order. `contests` is `null` while the election's policy hides results: what is hidden never leaves this function.
 * In an election with a `privacyThreshold` they are hidden as well while fewer votes are counted, and before the closing
 * while any option has fewer marks: all of them, because a single hidden number is the difference of those shown.
 * @param elections as known *before* the shards were read: a reading older than the closing message is not final.
 * @param asOf milliseconds since 1970, before the reading began.
 */
export function takeSnapshots(
  elections: readonly KnownElection[],
  shards: readonly ShardReading[],
  asOf: number,
  replicaLagMillis?: number,
): Snapshot[] {
  const version = shards
    .flatMap(({ progress }) => progress)
    .reduce((total, { nextOffset, requeued }) => total + nextOffset + requeued, 0);
  const votes = new Map<string, number>();
  const intake = new Map<string, Map<string, number>>();
  for (const shard of shards) {
    for (const row of shard.tallies) add(votes, tallyKey(row.electionId, row.contest, row.option), row.votes);
    for (const row of shard.intake) {
      const instances = intake.get(row.electionId) ?? new Map<string, number>();
      intake.set(row.electionId, instances);
      add(instances, row.instance, row.votes);
    }
  }
  return elections.map(election => ({
    electionId: election.definition.id,
    version,
    counted: votes.get(tallyKey(election.definition.id, '*', '*')) ?? 0,
    contests: visibleContests(election, votes),
    ingestion: byInstance(intake.get(election.definition.id) ?? new Map<string, number>()),
    asOf: new Date(asOf).toISOString(),
    ...(replicaLagMillis === undefined ? {} : { replicaLagMillis }),
    provisional: !election.closed,
    ...(election.annulled ? { annulled: election.annulled } : {}),
  }));
}

function visibleContests(
  { definition, closed }: KnownElection,
  votes: ReadonlyMap<string, number>,
): Snapshot['contests'] {
  if (definition.resultsPolicy === 'after-close' && !closed) return null;
  const { privacyThreshold = 0 } = definition;
  if ((votes.get(tallyKey(definition.id, '*', '*')) ?? 0) < privacyThreshold) return null;
  const contests = contestsOf(definition, votes);
  const isSmall = ({ options }: (typeof contests)[number]) =>
    options.some(option => option.votes < privacyThreshold);
  return !closed && contests.some(isSmall) ? null : contests;
}

function contestsOf(definition: ElectionDefinition, votes: ReadonlyMap<string, number>) {
  return definition.contests.map(contest => ({
    id: contest.id,
    options: contest.options.map(({ id }) => ({
      id,
      votes: votes.get(tallyKey(definition.id, contest.id, id)) ?? 0,
    })),
  }));
}

function byInstance(instances: ReadonlyMap<string, number>): Snapshot['ingestion'] {
  return [...instances]
    .map(([instance, votes]) => ({ instance, votes }))
    .toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
}

/** Ids hold no spaces. */
function tallyKey(electionId: string, contest: string, option: string): string {
  return `${electionId} ${contest} ${option}`;
}

function add(sums: Map<string, number>, key: string, votes: number): void {
  sums.set(key, (sums.get(key) ?? 0) + votes);
}

/**
 * Whether `candidate` may follow `last`: never an older version, never a provisional one after the final one, and an
 * equal version only when it has become final or `last` is `REPUBLISH_MILLIS` old. Anything follows nothing, so a store
 * that lost its data is filled again.
 */
export function shouldPublish(candidate: Snapshot, last: Snapshot | undefined): boolean {
  if (last === undefined) return true;
  if (candidate.version < last.version || (candidate.provisional && !last.provisional)) return false;
  if (candidate.version > last.version || (last.provisional && !candidate.provisional)) return true;
  return Date.parse(candidate.asOf) - Date.parse(last.asOf) >= REPUBLISH_MILLIS;
}

/** Closed elections hardly change any more (a requeued vote may still count), so they are read only to be republished. */
export function isDue(election: KnownElection, newest: Snapshot | undefined, now: number): boolean {
  if (!election.closed || newest === undefined || newest.provisional) return true;
  return now - Date.parse(newest.asOf) >= REPUBLISH_MILLIS;
}

/**
 * Whether this replica reads the tallies itself: the elected one always, the others only while the relay is silent
 * (Redis away, or an elected replica that hangs), so that results never depend on Redis.
 */
export function mustRead(replica: {
  readonly elected: boolean;
  readonly relayConnected: boolean;
  readonly millisSinceRelayed: number;
  readonly intervalMillis: number;
}): boolean {
  const silence = 2 * (REPUBLISH_MILLIS + replica.intervalMillis);
  return replica.elected || !replica.relayConnected || replica.millisSinceRelayed > silence;
}
