import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import type { Elections } from './elections.ts';
import type { AggregatorMetrics } from './metrics.ts';
import type { NewestSnapshots } from './newest.ts';
import type { Pace } from './pace.ts';
import type { Publisher } from './publish.ts';
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
  readonly pools: readonly Pool[];
  readonly elections: Elections;
  readonly lock: ReaderLock;
  readonly relay: Relay;
  readonly newest: NewestSnapshots;
  readonly publisher: Publisher;
  readonly metrics: AggregatorMetrics;
  readonly clock: () => number;
  readonly log: Log;
};

/** Starts the rounds: is this replica elected, must it read, then read, sum and publish. */
export function startRounds(options: Options, lifecycle: Lifecycle): Rounds {
  const { pace, lock, publisher, metrics, log } = options;
  let failing = false;
  let refreshing: Promise<void> | undefined;

  const round = async () => {
    const elected = await lock.check();
    if (!mustRead({ elected, ...relayState(options) })) return;
    const stop = metrics.roundSeconds.startTimer();
    try {
      await publisher.publish(await readSnapshots(options), elected);
      failing = false;
    } catch (error) {
      metrics.roundFailures.inc();
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

/** Which elections are closed is noted before their totals are read: only a later reading is final. */
async function readSnapshots({ elections, newest, pools, clock }: Options) {
  const asOf = clock();
  const due = elections.all().filter(known => isDue(known, newest.get(known.definition.id)?.snapshot, asOf));
  if (due.length === 0) return [];
  const ids = due.map(({ definition }) => definition.id);
  return takeSnapshots(due, await readTallies(pools, ids), asOf);
}

function relayState({ relay, clock, intervalMillis }: Options) {
  return {
    relayConnected: relay.isConnected(),
    millisSinceRelayed: clock() - relay.heardAt(),
    intervalMillis,
  };
}
