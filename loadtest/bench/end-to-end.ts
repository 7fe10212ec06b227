import { setTimeout as sleep } from 'node:timers/promises';
import { onStage, CORES, type AuditFigures, type Run } from './run.ts';
import type { Transport } from './senders.ts';
import type { Mode } from './votes.ts';
import { measureWindow, type Window } from './window.ts';

export type EndToEnd = {
  readonly transport: Transport;
  readonly mode: Mode;
  readonly duplicates: number;
  /** At rising rates. */
  readonly windows: readonly Window[];
  /** The most votes a second that were both accepted and counted. */
  readonly saturationVotesPerSecond: number;
  readonly halfLoad: Window;
  /** Three times what saturates. */
  readonly overload: Window | null;
  readonly audit: AuditFigures;
};

/** How the machine is brought to speed and how far it may be driven. */
export type Pace = {
  readonly warmUpRate: number;
  readonly seconds: number;
  readonly mostPerSecond: number;
  /** Rates, as shares of what the first window promises, ascending. */
  readonly shares: readonly number[];
};

const DEFAULT_PACE: Pace = {
  warmUpRate: 400,
  seconds: 5,
  mostPerSecond: Number.POSITIVE_INFINITY,
  shares: [0.3, 0.6, 0.8, 1, 1.2],
};
const DEFAULT_SHAPE = { partitions: 8, shards: 1 };
const SETTLE_MILLIS = 500;

/** Open-loop load at rising rates up to saturation, then at half of it and at three times of it. */
export function measureEndToEnd(
  run: Run,
  options: {
    readonly transport: Transport;
    readonly mode: Mode;
    readonly duplicates: number;
    readonly overload: boolean;
    readonly pace?: Pace;
  },
): Promise<EndToEnd> {
  const { transport, mode, duplicates, overload, pace = DEFAULT_PACE } = options;
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    const slow = { rate: pace.warmUpRate, seconds: pace.seconds, duplicates: 0 };
    await stage.cast(transport, slow);
    const estimate = Math.min(pace.mostPerSecond, promisedRate(await measureWindow(stage, transport, slow)));
    const at = async (rate: number): Promise<Window> => {
      await sleep(SETTLE_MILLIS);
      run.say(`  ${Math.round(rate).toLocaleString('en')} votes/s`);
      return measureWindow(stage, transport, { rate: Math.round(rate), seconds: run.seconds, duplicates });
    };
    const windows: Window[] = [];
    for (const share of pace.shares) windows.push(await at(estimate * share));
    const saturation = Math.max(1, ...windows.map(sustained));
    const halfLoad = await at(saturation / 2);
    return {
      transport,
      mode,
      duplicates,
      windows,
      saturationVotesPerSecond: Math.round(saturation),
      halfLoad,
      overload: overload ? await at(saturation * 3) : null,
    };
  });
}

function sustained({ acceptedPerSecond, countedPerSecond, duplicates }: Window): number {
  return Math.min(acceptedPerSecond, countedPerSecond / (1 - duplicates));
}

/** All cores at what one vote costs at a low rate. */
function promisedRate({ cpuMicrosPerVote }: Window): number {
  const each = Object.values(cpuMicrosPerVote).reduce((sum, micros) => sum + micros, 0);
  return (CORES * 1e6) / each;
}
