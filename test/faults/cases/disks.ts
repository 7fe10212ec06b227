import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, rmdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Part } from '@suffrage/stack/part';
import type { FaultCase, Stage } from '../fault-case.ts';

const run = promisify(execFile);

const SPARE_BYTES = 64 * 1024 * 1024;
const FULL_MILLIS = 8_000;
/** Left free, so that the disk fills while votes are being written and not before. */
const LAST_BYTES = 256 * 1024;

/** Moves a stopped part's directory onto a file system of its own, mounted from a file, and answers how to move it back. */
async function moveToSmallDisk(
  { world }: Stage,
  part: Part,
  directory: string,
): Promise<() => Promise<void>> {
  const image = join(world.dataDirectory, `${part.name}.img`);
  const kept = `${directory}.kept`;
  const { stdout } = await run('du', ['-sb', directory]);
  const bytes = Math.ceil((Number.parseInt(stdout, 10) * 1.2 + SPARE_BYTES) / 4096) * 4096;
  await run('truncate', ['-s', String(bytes), image]);
  await run('mkfs.ext4', ['-q', '-F', '-m', '0', image]);
  await rename(directory, kept);
  await mkdir(directory);
  await run('mount', ['-o', 'loop', image, directory]);
  await rmdir(join(directory, 'lost+found'));
  await run('cp', ['-a', `${kept}/.`, directory]);
  await rm(kept, { recursive: true });
  return async () => {
    await run('cp', ['-a', directory, kept]);
    await run('umount', [directory]);
    await rmdir(directory);
    await rename(kept, directory);
    await rm(image);
  };
}

/** The disk of one part fills up under load, stays full for a while, and is given room again. */
async function fillDisk(stage: Stage, part: Part, directory: string): Promise<void> {
  const { logFile } = part.description.process;
  const complaints = () => readFileSync(logFile, 'utf8').match(/No space left on device/g)?.length ?? 0;
  await part.stop();
  const moveBack = await moveToSmallDisk(stage, part, directory);
  const ballast = join(directory, 'ballast');
  try {
    await part.start();
    const before = complaints();
    const { bavail, bsize } = await statfs(directory);
    await run('fallocate', ['-l', String(bavail * bsize - LAST_BYTES), ballast]);
    await sleep(FULL_MILLIS);
    stage.happened('write refused by the full disk', complaints() - before);
  } finally {
    await rm(ballast, { force: true });
    await part.stop();
    await moveBack();
    await part.start();
  }
}

function withoutMounts(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'mounting a small file system needs root';
}

export const diskCases: readonly FaultCase[] = [
  {
    name: 'kafka-disk-full',
    what: 'The disk of one broker is full.',
    skip: withoutMounts,
    run: stage => {
      const part = stage.world.infrastructure.kafka.brokers[2];
      if (!part) throw new Error('there are not three brokers');
      return fillDisk(stage, part, join(stage.world.dataDirectory, 'kafka/node-3/log'));
    },
  },
  {
    name: 'postgres-disk-full',
    what: 'The disk of PostgreSQL is full.',
    skip: withoutMounts,
    run: stage =>
      fillDisk(
        stage,
        stage.world.infrastructure.postgres.part,
        join(stage.world.dataDirectory, 'postgres/cluster'),
      ),
  },
];
