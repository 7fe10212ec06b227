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

/**
 * A stretch at a low rate tells roughly how far the machine may be driven; then shares of that, ascending, until one is
 * not sustained. Greater batches make votes cheaper, so more than that estimate is expected.
 */
const WARM_UP = { rate: 400, seconds: 5, duplicates: 0 };
const SHARES = [0.6, 1.2, 1.8, 2.4, 3.2, 4.2];
const SUSTAINED = 0.9;
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
  },
): Promise<EndToEnd> {
  const { transport, mode, duplicates, overload } = options;
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    await stage.cast(transport, WARM_UP);
    const estimate = promisedRate(await measureWindow(stage, transport, WARM_UP));
    const at = async (rate: number): Promise<Window> => {
      await sleep(SETTLE_MILLIS);
      run.say(`  ${Math.round(rate).toLocaleString('en')} votes/s`);
      return measureWindow(stage, transport, { rate: Math.round(rate), seconds: run.seconds, duplicates });
    };
    const windows: Window[] = [];
    for (const share of SHARES) {
      const window = await at(estimate * share);
      windows.push(window);
      if (sustained(window) < SUSTAINED * estimate * share) break;
    }
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
