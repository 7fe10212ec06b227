import { tmpdir } from 'node:os';
import { measureAt } from './end-to-end.ts';
import { type AuditFigures, onStage, type Run, WARM_UP } from './run.ts';
import { withServers } from './servers.ts';
import type { Mode } from './votes.ts';
import type { Window } from './window.ts';
import { DEFAULT_SHAPE } from './world.ts';

export type Brokers = Readonly<Record<'one' | 'three', Window & { readonly audit: AuditFigures }>>;

/**
 * The same load over REST with one broker, and with three of which each has all records and two must confirm them. All share
 * this machine: what three cost beside one is told by their CPU time, not by what the machine can take.
 */
export async function measureBrokers(
  run: Run,
  load: { readonly mode: Mode; readonly rate: number },
): Promise<Brokers> {
  const one = await measureOn(run, load);
  const three = await withServers(tmpdir(), 3, infrastructure => measureOn({ ...run, infrastructure }, load));
  return { one, three };
}

function measureOn(run: Run, { mode, rate }: { readonly mode: Mode; readonly rate: number }) {
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    await stage.cast('rest', { ...WARM_UP, rate });
    return measureAt(stage, 'rest', { rate, seconds: run.seconds, duplicates: 0 });
  });
}
