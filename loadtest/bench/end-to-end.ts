import { setTimeout as sleep } from 'node:timers/promises';
import { total } from './processes.ts';
import { type AuditFigures, CORES, onStage, type Run, type Stage } from './run.ts';
import type { Transport } from './senders.ts';
import type { Mode } from './votes.ts';
import { measureWindow, type Stretch, type Window } from './window.ts';
import { DEFAULT_SHAPE } from './world.ts';

export type Saturation = {
  /** At rising rates. */
  readonly windows: readonly Window[];
  /** The most votes a second that were both accepted and counted. */
  readonly saturationVotesPerSecond: number;
};

export type EndToEnd = Saturation & {
  readonly transport: Transport;
  readonly mode: Mode;
  readonly duplicates: number;
  readonly halfLoad: Window;
  readonly audit: AuditFigures;
};

/** Code that is not compiled yet costs up to three times as much. */
const WARM_UP = { rate: 1_500, seconds: 8, duplicates: 0.9 };
/** Tells roughly how far the machine may be driven: greater batches make votes cheaper, so more than that is expected. */
const TRIAL = { rate: 2_000, seconds: 2, duplicates: 0 };
const FIRST_SHARE = 0.7;
const STEP = 1.4;
const MOST_STEPS = 8;
const STEP_SECONDS = 3;
const SUSTAINED = 0.9;
const SETTLE_MILLIS = 500;

/** Open-loop load at half of what saturates. */
export function measureEndToEnd(
  run: Run,
  options: { readonly transport: Transport; readonly mode: Mode; readonly duplicates: number },
): Promise<EndToEnd> {
  const { transport, mode, duplicates } = options;
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    const saturation = await saturate(stage, transport, { duplicates, reserveSeconds: run.seconds / 2 });
    const half = saturation.saturationVotesPerSecond / 2;
    const halfLoad = await measureAt(stage, transport, { rate: half, seconds: run.seconds, duplicates });
    return { transport, mode, duplicates, ...saturation, halfLoad };
  });
}

/**
 * Open-loop load at rising rates, until one is not sustained. `reserveSeconds`: so long at the last rate takes what is measured
 * afterwards; where the votes would not do for that, no higher rate is tried, and it is said.
 */
export async function saturate(
  stage: Stage,
  transport: Transport,
  {
    duplicates,
    reserveSeconds,
    cores = CORES,
  }: { readonly duplicates: number; readonly reserveSeconds: number; readonly cores?: number },
): Promise<Saturation> {
  await stage.cast(transport, WARM_UP);
  const windows: Window[] = [];
  let rate = FIRST_SHARE * promisedRate(await measureWindow(stage, transport, TRIAL), cores);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const needed = rate * (STEP_SECONDS + reserveSeconds) * (1 - duplicates);
    if (step > 0 && stage.votesLeft() < needed) {
      stage.run.say(`  not tried for want of votes: ${Math.round(rate).toLocaleString('en')} votes/s`);
      break;
    }
    const window = await measureAt(stage, transport, { rate, seconds: STEP_SECONDS, duplicates });
    windows.push(window);
    if (sustained(window) < SUSTAINED * rate) break;
    rate *= STEP;
  }
  return { windows, saturationVotesPerSecond: Math.max(1, ...windows.map(sustained).map(Math.round)) };
}

/** Shorter where there are not as many votes left. */
export async function measureAt(
  stage: Stage,
  transport: Transport,
  { rate: wanted, seconds, duplicates }: Omit<Stretch, 'castAgainWithin'>,
): Promise<Window> {
  const rate = Math.round(wanted);
  await sleep(SETTLE_MILLIS);
  stage.run.say(`  ${rate.toLocaleString('en')} votes/s`);
  const most = (stage.votesLeft() - 1) / (rate * (1 - duplicates));
  return measureWindow(stage, transport, { rate, seconds: Math.min(seconds, most), duplicates });
}

export function sustained({ acceptedPerSecond, countedPerSecond, duplicates }: Window): number {
  return Math.min(acceptedPerSecond, countedPerSecond / (1 - duplicates));
}

/** The cores at what one vote costs at a low rate. */
function promisedRate({ cpuMicrosPerVote }: Window, cores: number): number {
  return (cores * 1e6) / total(cpuMicrosPerVote);
}
