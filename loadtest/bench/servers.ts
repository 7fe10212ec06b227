import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';

/** Runs `work` beside servers of its own, whose data lies in a directory below `parent` meanwhile. */
export async function withServers<T>(
  parent: string,
  brokers: 1 | 3,
  work: (infrastructure: Infrastructure) => Promise<T>,
): Promise<T> {
  mkdirSync(parent, { recursive: true });
  const dataDirectory = mkdtempSync(join(parent, 'bench-servers-'));
  try {
    const infrastructure = await startInfrastructure({
      dataDirectory,
      ports: 'free',
      brokers,
      kafkaTuning: 'throughput',
    });
    try {
      return await work(infrastructure);
    } finally {
      await infrastructure.stop();
    }
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}
