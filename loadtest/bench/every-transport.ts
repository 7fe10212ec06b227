import { type AuditFigures, onStage, type Run } from './run.ts';
import { TRANSPORTS } from './senders.ts';
import type { Mode } from './votes.ts';
import { measureWindow, type Window } from './window.ts';

export type EveryTransport = {
  /** By transport. */
  readonly windows: Readonly<Record<string, Window>>;
  readonly audit: AuditFigures;
};

/** The same load through each way in, one after the other. */
export function measureEveryTransport(
  run: Run,
  { mode, rate, duplicates }: { readonly mode: Mode; readonly rate: number; readonly duplicates: number },
): Promise<EveryTransport> {
  return onStage(run, { mode, shape: { partitions: 8, shards: 1 } }, async stage => {
    const windows: Record<string, Window> = {};
    for (const transport of TRANSPORTS) {
      const load = { rate, seconds: run.seconds, duplicates };
      windows[transport] = await measureWindow(stage, transport, load);
    }
    return { windows };
  });
}
