import { measureAt, type Saturation, saturate, sustained } from './end-to-end.ts';
import { pin } from './processes.ts';
import { median } from './quantiles.ts';
import { type AuditFigures, CORES, onStage, type Run, type Stage } from './run.ts';
import type { Transport } from './senders.ts';
import type { Mode } from './votes.ts';
import { measureWindow, type Window } from './window.ts';
import { DEFAULT_SHAPE } from './world.ts';

export type Overload = Saturation & {
  readonly transport: Transport;
  readonly mode: Mode;
  /** That all servers have together; the client has one of its own. */
  readonly serverCores: number;
  /** A tenth more than what saturates, and three times what that yielded, in turn: the machine is not as fast at all times. */
  readonly rounds: readonly { readonly saturated: Window; readonly overload: Window }[];
  /** The overload of which the goodput is the median. */
  readonly overload: Window;
  /** Accepted while votes were sent, and counted, of what was with a tenth more than saturates: the median of the rounds. */
  readonly goodputRatio: number;
  readonly audit: AuditFigures;
};

const TIMES = 3;
const ROUNDS = 3;
const ROUND_SECONDS = 2.5;
/** So much more than was sustained. */
const SATURATING = 1.1;
/** Of what saturates, so much at most is accepted. */
const MOST_ACCEPTED = 1.5;
/** So long at most a vote waits for its answer, save a few. */
const UNANSWERED_SECONDS = 0.4;
/** Kept for the rounds while saturation is looked for, at a rate that may be much more than that; rounds are shorter where it is too little. */
const RESERVE_SECONDS = 10;

/**
 * What the servers do with three times as much as they can take. Sending that is work for half a core: on the servers' cores it
 * would be taken from them, and the client would be measured. So it has a core of its own, here and while saturation is looked for.
 */
export function measureOverload(
  run: Run,
  { transport, mode }: { readonly transport: Transport; readonly mode: Mode },
): Promise<Overload> {
  if (CORES < 2) throw new Error('overload needs two cores: one for the client, one for the servers');
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    const together = keepApart(stage);
    try {
      const serverCores = CORES - 1;
      const options = { duplicates: 0, reserveSeconds: RESERVE_SECONDS, cores: serverCores };
      const saturation = await saturate(stage, transport, options);
      const rounds: Overload['rounds'][number][] = [];
      while (rounds.length < ROUNDS)
        rounds.push(await measureRound(stage, transport, saturation, rounds.length));
      const ratios = rounds.map(goodputRatio);
      const middle = median(ratios);
      const typical = rounds[ratios.indexOf(middle)];
      if (!typical) throw new Error('the median of an odd number is one of them');
      const { overload } = typical;
      return { transport, mode, serverCores, ...saturation, rounds, overload, goodputRatio: middle };
    } finally {
      together();
    }
  });
}

async function measureRound(
  stage: Stage,
  transport: Transport,
  { saturationVotesPerSecond: most }: Saturation,
  done: number,
): Promise<Overload['rounds'][number]> {
  // Shorter where the votes that are left do not do for more.
  const unanswered = TIMES * UNANSWERED_SECONDS;
  const left = (stage.votesLeft() - 2) / ((ROUNDS - done) * most);
  const seconds = Math.min(ROUND_SECONDS, (left - unanswered) / (SATURATING + MOST_ACCEPTED));
  if (seconds <= 0) throw new Error('too few votes are left for overload: give --votes more');
  const stretch = { seconds, duplicates: 0 };
  const saturated = await measureAt(stage, transport, { ...stretch, rate: SATURATING * most });
  const rate = Math.round(TIMES * sustained(saturated));
  stage.run.say(`  ${rate.toLocaleString('en')} votes/s, the refused again`);
  const castAgainWithin = Math.floor((MOST_ACCEPTED * seconds + unanswered) * most);
  const overload = await measureWindow(stage, transport, { ...stretch, rate, castAgainWithin });
  return { saturated, overload };
}

function goodputRatio({ saturated, overload }: Overload['rounds'][number]): number {
  return Math.round((100 * sustained(overload)) / sustained(saturated)) / 100;
}

/** Gives the client, and the benchmark itself, the last core, and the servers the others. @returns what undoes it */
function keepApart({ client, world }: Stage): () => void {
  const cores = Array.from({ length: CORES }, (_, core) => core);
  const [sending, serving] = [[client.pid, process.pid], Object.values(world.pids)];
  pin(serving, cores.slice(0, -1));
  // Some of the servers are the benchmark's children.
  pin(sending, cores.slice(-1), { children: false });
  return () => pin([...sending, ...serving], cores);
}
