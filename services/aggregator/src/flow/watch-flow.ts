import { type Flow, flowSchema } from '@suffrage/contracts/flow';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { RedisNames } from '@suffrage/contracts/topics';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { repeatEvery } from '@suffrage/runtime/wait';
import type { Redis } from 'ioredis';
import type { Elections, KnownElection } from '../elections.ts';
import type { NewestSnapshots } from '../newest.ts';
import { readProgress } from '../read-tallies.ts';
import { askIngestion, type Buckets, bucketsSince, quantile, sumBuckets } from './acknowledge.ts';
import { type LogState, partitionsOf } from './read-partitions.ts';
import { type Appended, noWindows, readOn, shownAt, type Window, type Windows } from './windows.ts';

const ROUND_MILLIS = 5_000;
/** Longer than any pause between two rounds of a replica that works. */
const KEEP_SECONDS = 60;

const INTAKE = `
select election_id, instance, partition, votes
from intake
where election_id = any($1)`;

type IntakeRow = { election_id: string; instance: string; partition: number; votes: string };

export type FindFlow = (electionId: string) => Promise<{ readonly ok: true; readonly flow: Flow } | Refusal>;

type Options = {
  readonly pools: readonly Pool[];
  readonly topic: string;
  readonly readLog: () => Promise<LogState>;
  /** Where ingestion processes tell their metrics; without any nothing is known of their acknowledgements. */
  readonly ingestionMetrics: readonly string[];
  readonly elections: Elections;
  readonly electionsComplete: () => boolean;
  readonly newest: NewestSnapshots;
  readonly redis: Redis;
  readonly names: RedisNames;
  readonly isElected: () => boolean;
  readonly clock: () => number;
  readonly log: Log;
};

/**
 * Follows on the elected replica who handles the votes of open elections with live results, every 5 s, and keeps it in
 * Redis for all: with windows of its own each replica would tell another difference.
 */
export function watchFlow(options: Options, lifecycle: Lifecycle): FindFlow {
  const { redis, names, elections, isElected, clock, log } = options;
  const windows = new Map<string, Windows>();
  const own = new Map<string, Flow>();
  const readAcknowledged = createReadAcknowledged(options.ingestionMetrics);
  let failing = false;

  const round = async () => {
    const watched = isElected() ? elections.all().filter(known => isWatched(known, clock())) : [];
    forgetOthers(watched, windows, own);
    if (watched.length === 0) return;
    const ids = watched.map(({ definition }) => definition.id);
    const at = clock();
    const intake = await readIntake(options.pools, ids);
    const common = { ...(await readCommon(options)), acknowledgeP99Millis: await readAcknowledged() };
    for (const electionId of ids) {
      const reading = { at, intake: intake.get(electionId) ?? [] };
      const { shown, rest } = shownAt(readOn(windows.get(electionId) ?? noWindows, reading), at);
      windows.set(electionId, rest);
      const replicaLagMillis = options.newest.get(electionId)?.snapshot.replicaLagMillis ?? null;
      const asOf = new Date(at).toISOString();
      const flow = { electionId, asOf, window: toWindow(shown), ...common, replicaLagMillis };
      own.set(electionId, flow);
      if (redis.status === 'ready')
        await redis.set(names.flow(electionId), JSON.stringify(flow), 'EX', KEEP_SECONDS);
    }
  };
  const guarded = () =>
    round().then(
      () => void (failing = false),
      (error: unknown) => {
        if (!failing) log.warn({ err: error }, 'who handles the votes can not be told at the moment');
        failing = true;
      },
    );
  lifecycle.onClose('flow', repeatEvery(ROUND_MILLIS, guarded));

  return async electionId => {
    const known = elections.get(electionId);
    if (!known) return refuse(options.electionsComplete() ? 'election-unknown' : 'not-ready');
    if (!isWatched(known, clock())) return refuse('statement-unavailable');
    const mine = isElected() ? own.get(electionId) : undefined;
    const flow = mine ?? (redis.status === 'ready' ? await stored(redis, names.flow(electionId)) : undefined);
    return flow ? { ok: true, flow } : refuse('not-ready');
  };
}

/** Hidden results hide their way, too; and after the closing there is nothing on its way. */
function isWatched({ definition, closesAt, closed }: KnownElection, now: number): boolean {
  const { resultsPolicy, opensAt } = definition;
  return resultsPolicy === 'live' && !closed && Date.parse(opensAt) <= now && now < closesAt;
}

function forgetOthers(watched: readonly KnownElection[], ...maps: readonly Map<string, unknown>[]): void {
  const ids = new Set<string>(watched.map(({ definition }) => definition.id));
  for (const map of maps) for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
}

async function readIntake(pools: readonly Pool[], ids: readonly string[]) {
  const shards = await Promise.all(pools.map(pool => pool.query<IntakeRow>(INTAKE, [ids])));
  const intake = new Map<string, Appended[]>();
  for (const { election_id, instance, partition, votes } of shards.flatMap(({ rows }) => rows)) {
    const rows = intake.get(election_id) ?? [];
    intake.set(election_id, rows);
    rows.push({ instance, partition, votes: Number(votes) });
  }
  return intake;
}

/** The log's ends are asked for first: what is accounted for is then never ahead of them. */
async function readCommon({ readLog, pools, topic }: Options): Promise<Pick<Flow, 'partitions'>> {
  const log = await readLog().catch(() => undefined);
  return { partitions: partitionsOf(log, await readProgress(pools), topic) };
}

/** Of the acknowledgements since the last question; while there were none, of those before. */
function createReadAcknowledged(urls: readonly string[]): () => Promise<number | null> {
  let before: ReadonlyMap<string, Buckets> = new Map();
  let last: number | null = null;
  return async () => {
    const now = await askIngestion(urls);
    const since = [...now].map(([url, buckets]) => bucketsSince(before.get(url), buckets));
    before = now;
    const seconds = quantile(0.99, sumBuckets(since));
    last = seconds === null ? last : Math.round(seconds * 10_000) / 10;
    return last;
  };
}

function toWindow(window: Window | null): Flow['window'] {
  if (window === null) return null;
  const instant = (millis: number) => new Date(millis).toISOString();
  return { from: instant(window.from), to: instant(window.to), flows: [...window.flows] };
}

async function stored(redis: Redis, key: string): Promise<Flow | undefined> {
  const text = await redis.get(key).catch(() => null);
  return text === null ? undefined : flowSchema.safeParse(JSON.parse(text)).data;
}
