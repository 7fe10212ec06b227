import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import type { ProgressNotice } from '@suffrage/contracts/progress-notice';
import type { Snapshot } from '@suffrage/contracts/results';
import { traceStep, traceWork } from '@suffrage/runtime/tracing';
import type { Elections, KnownElection } from './elections.ts';
import type { AggregatorMetrics } from './metrics.ts';
import type { NewestSnapshots } from './newest.ts';
import type { Notices } from './notices.ts';
import type { Pace } from './pace.ts';
import type { Publisher } from './publish.ts';
import type { ReadLive } from './read-live.ts';
import { readTallies } from './read-tallies.ts';
import type { ReaderLock } from './reader-lock.ts';
import type { Relay } from './relay.ts';
import { isDue, mustRead, takeSnapshots } from './snapshot.ts';

export type Rounds = {
  /**
   * Reads the tallies now, for this process only; calls made during a reading share it.
   * @throws when a database does not answer.
   */
  refresh(): Promise<void>;
};

type Options = {
  readonly pace: Pace;
  readonly intervalMillis: number;
  /** The primaries: final snapshots come from them. */
  readonly pools: readonly Pool[];
  readonly readLive: ReadLive;
  readonly elections: Elections;
  readonly lock: ReaderLock;
  readonly relay: Relay;
  readonly notices: Notices;
  readonly newest: NewestSnapshots;
  readonly publisher: Publisher;
  readonly metrics: AggregatorMetrics;
  readonly clock: () => number;
  readonly log: Log;
};

const PUBLISHING = {
  name: 'publish results',
  kind: 'send',
  attributes: { 'db.system.name': 'redis', 'db.operation.name': 'PUBLISH' },
} as const;
const READING = {
  name: 'read tallies',
  kind: 'query',
  attributes: { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT' },
} as const;

/** Starts the rounds: is this replica elected, must it read, then read, sum and publish. */
export function startRounds(options: Options, lifecycle: Lifecycle): Rounds {
  const { pace, lock, publisher, notices, metrics, clock, log } = options;
  let failing = false;
  let refreshing: Promise<void> | undefined;

  const round = async () => {
    const elected = await lock.check();
    if (!mustRead({ elected, ...relayState(options) })) return;
    const stop = metrics.roundSeconds.startTimer();
    // Told before the reading begins: their transactions are in it.
    const told = notices.take();
    try {
      const published = await traceWork(
        PUBLISHING,
        told.flatMap(({ traceparent }) => traceparent ?? []),
        async () => publisher.publish(await traceStep(READING, () => readSnapshots(options)), elected),
      );
      if (published) observePublished(told, metrics, clock());
      else notices.putBack(told);
      failing = false;
    } catch (error) {
      metrics.roundFailures.inc();
      notices.putBack(told);
      if (!failing) log.warn({ err: error }, 'the tallies can not be read; the newest snapshots stay');
      failing = true;
    } finally {
      stop();
    }
  };

  const loop = async () => {
    do await round();
    while (await pace.next());
  };
  const running = loop();
  lifecycle.onClose('rounds', async () => {
    pace.stop();
    await running;
  });

  const refresh = async () => {
    try {
      await publisher.publish(await readSnapshots(options), false);
    } finally {
      refreshing = undefined;
    }
  };
  return { refresh: () => (refreshing ??= refresh()) };
}

function observePublished(
  told: readonly ProgressNotice[],
  { publishedSeconds }: Pick<AggregatorMetrics, 'publishedSeconds'>,
  now: number,
): void {
  for (const { acceptedAt } of told)
    if (acceptedAt !== undefined) publishedSeconds.observe(Math.max(0, now - acceptedAt) / 1000);
}

/** Which elections are closed is noted before their totals are read: only a later reading is final. */
async function readSnapshots({ elections, newest, pools, readLive, metrics, clock }: Options) {
  const asOf = clock();
  const due = elections.all().filter(known => isDue(known, newest.get(known.definition.id)?.snapshot, asOf));
  if (due.length === 0) return [];
  const [closed, open] = [due.filter(known => known.closed), due.filter(known => !known.closed)];
  const snapshots: Snapshot[] = [];
  if (open.length > 0) {
    const { shards, replicaLagMillis } = await readLive(idsOf(open));
    metrics.replicaLag.set((replicaLagMillis ?? 0) / 1000);
    snapshots.push(...takeSnapshots(open, shards, asOf, replicaLagMillis));
  }
  if (closed.length > 0)
    snapshots.push(...takeSnapshots(closed, await readTallies(pools, idsOf(closed)), asOf));
  return snapshots;
}

const idsOf = (elections: readonly KnownElection[]) => elections.map(({ definition }) => definition.id);

function relayState({ relay, clock, intervalMillis }: Options) {
  return {
    relayConnected: relay.isConnected(),
    millisSinceRelayed: clock() - relay.heardAt(),
    intervalMillis,
  };
}
