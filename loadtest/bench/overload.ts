import { measureAt, type Saturation, saturate } from './end-to-end.ts';
import { pin } from './processes.ts';
import { type AuditFigures, CORES, onStage, type Run, type Stage } from './run.ts';
import type { Transport } from './senders.ts';
import type { Mode } from './votes.ts';
import type { Window } from './window.ts';
import { DEFAULT_SHAPE } from './world.ts';

export type Overload = Saturation & {
  readonly transport: Transport;
  readonly mode: Mode;
  /** That all servers have together; the client has one of its own. */
  readonly serverCores: number;
  /** Three times what saturates. */
  readonly overload: Window;
  /** Accepted while votes were sent, of what saturates. */
  readonly goodputRatio: number;
  readonly audit: AuditFigures;
};

const TIMES = 3;
/** Of overload, where the votes do not do for more. */
const LEAST_SECONDS = 1.5;

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
      const reserveSeconds = TIMES * LEAST_SECONDS;
      const saturation = await saturate(stage, transport, {
        duplicates: 0,
        reserveSeconds,
        cores: serverCores,
      });
      const { saturationVotesPerSecond } = saturation;
      const load = { rate: TIMES * saturationVotesPerSecond, seconds: run.seconds, duplicates: 0 };
      const overload = await measureAt(stage, transport, load);
      const goodputRatio = Math.round((100 * overload.acceptedPerSecond) / saturationVotesPerSecond) / 100;
      return { transport, mode, serverCores, ...saturation, overload, goodputRatio };
    } finally {
      together();
    }
  });
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
