import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInfrastructure } from '@suffrage/stack/infrastructure';
import { measureAt } from './end-to-end.ts';
import { type AuditFigures, onStage, type Run, WARM_UP } from './run.ts';
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
  const dataDirectory = mkdtempSync(join(tmpdir(), 'suffrage-bench-brokers-'));
  try {
    const infrastructure = await startInfrastructure({
      dataDirectory,
      ports: 'free',
      brokers: 3,
      kafkaTuning: 'throughput',
    });
    try {
      return { one, three: await measureOn({ ...run, infrastructure }, load) };
    } finally {
      await infrastructure.stop();
    }
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

function measureOn(run: Run, { mode, rate }: { readonly mode: Mode; readonly rate: number }) {
  return onStage(run, { mode, shape: DEFAULT_SHAPE }, async stage => {
    await stage.cast('rest', { ...WARM_UP, rate });
    return measureAt(stage, 'rest', { rate, seconds: run.seconds, duplicates: 0 });
  });
}
