import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Part } from '@suffrage/stack/part';
import { changedPart } from '@suffrage/test/armed-part';
import type { FaultCase, Stage } from '../fault-case.ts';
import { untilAcknowledged } from '../load.ts';

const run = promisify(execFile);

/** Longer than the group's session: another process takes the partitions, and the frozen one wakes up with votes in hand. */
async function freezeProcessor({ world, happened }: Stage, millis: number): Promise<void> {
  const part = world.services.part('processor-2');
  const epochs = async () => {
    const [row] = await world.query('select sum(epoch) as epochs from progress');
    return Number(row?.epochs);
  };
  const before = await epochs();
  part.pause();
  await sleep(millis);
  happened('partition taken from the frozen process', (await epochs()) - before);
  part.resume();
  await sleep(3_000);
}

const LIBFAKETIME = 'faketime/libfaketime.so.1';

/** Where Debian's package `libfaketime` puts it; another place can be given as SUFFRAGE_LIBFAKETIME. */
function libfaketime(): string | undefined {
  const given = process.env.SUFFRAGE_LIBFAKETIME;
  if (given !== undefined) return existsSync(given) ? given : undefined;
  const places = readdirSync('/usr/lib').map(name => join('/usr/lib', name, LIBFAKETIME));
  return places.find(place => existsSync(place));
}

/** The same process with another clock. */
function shifted(part: Part, library: string, minutes: number): Part {
  return changedPart(part, {
    LD_PRELOAD: library,
    FAKETIME: `${minutes > 0 ? '+' : ''}${minutes}m`,
    // Durations stay what they are; only the time of day is wrong.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
}

function shiftClock(name: string, minutes: number): FaultCase {
  const ahead = minutes > 0 ? 'ahead' : 'behind';
  return {
    name: `clock-${name}-${ahead}`,
    what: `The clock of one ${name} process is ${Math.abs(minutes)} minutes ${ahead}.`,
    skip: () => (libfaketime() === undefined ? 'libfaketime is not installed' : undefined),
    run: async stage => {
      const part = stage.world.services.part(`${name}-1`);
      await part.stop();
      const twin = shifted(part, libfaketime() ?? '', minutes);
      try {
        await twin.start();
        stage.happened('wrong clock');
        await untilAcknowledged(stage.load, 500);
        await sleep(8_000);
      } finally {
        await twin.stop();
      }
      await part.start();
    },
  };
}

const FREE_DESCRIPTORS = 20;

/** Ingestion has hardly a file descriptor left, and more connections come than that. */
async function exhaustDescriptors(stage: Stage): Promise<void> {
  const part = stage.world.services.part('ingestion-1');
  const pid = part.reference()?.pid ?? 0;
  const used = readdirSync(`/proc/${pid}/fd`).length;
  const [before = ''] = /(?<=^Max open files +)\d+/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
  const limit = (soft: string) => run('prlimit', ['--pid', String(pid), `--nofile=${soft}:`]);
  await limit(String(used + FREE_DESCRIPTORS));
  const sockets = Array.from({ length: 200 }, () => {
    const socket = createConnection({ host: '127.0.0.1', port: part.port });
    socket.on('error', () => undefined);
    return socket;
  });
  // Without a request they are given up after 5 s.
  await sleep(3_000);
  const open = readdirSync(`/proc/${pid}/fd`).length;
  if (open >= used + FREE_DESCRIPTORS - 2) stage.happened('process out of file descriptors');
  await sleep(5_000);
  for (const socket of sockets) socket.destroy();
  await limit(before);
  await sleep(2_000);
}

const MEMORY_CGROUP = '/sys/fs/cgroup/memory';
/** What a process has already stays with the group that it came from: this is for what it takes from now on. */
const MORE_MEMORY_BYTES = 2 * 1024 * 1024;

/** The kernel ends a processor that needs more than a little more memory. */
async function capMemory(stage: Stage): Promise<void> {
  const group = join(MEMORY_CGROUP, `suffrage-faults-${process.pid}`);
  const part = stage.world.services.part('processor-1');
  const pid = part.reference()?.pid ?? 0;
  await mkdir(group);
  try {
    await writeFile(join(group, 'memory.limit_in_bytes'), String(MORE_MEMORY_BYTES));
    await writeFile(join(group, 'cgroup.procs'), String(pid));
    const deadline = Date.now() + 30_000;
    while (part.isRunning() && Date.now() < deadline) await sleep(100);
    if (part.isRunning()) stage.problem('the process lives within its memory');
    else stage.happened('kill');
    await part.kill();
    await part.start();
  } finally {
    await part.kill();
    await rmdir(group).catch(() => undefined);
  }
}

function withoutMemoryCgroup(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  return existsSync(join(MEMORY_CGROUP, 'memory.limit_in_bytes'))
    ? undefined
    : 'there is no memory cgroup (v1)';
}

export const hostCases: readonly FaultCase[] = [
  {
    name: 'processor-frozen',
    what: 'A processor stands still for 25 s, its partitions go to others, and it wakes up as a zombie.',
    fast: true,
    run: stage => freezeProcessor(stage, 25_000),
  },
  {
    name: 'processor-frozen-long',
    what: 'The same for 60 s.',
    run: stage => freezeProcessor(stage, 60_000),
  },
  shiftClock('ingestion', 90),
  shiftClock('ingestion', -90),
  shiftClock('processor', 90),
  shiftClock('processor', -90),
  {
    name: 'ingestion-out-of-descriptors',
    what: 'An ingestion process has no file descriptor left for more connections.',
    run: exhaustDescriptors,
  },
  {
    name: 'processor-out-of-memory',
    what: 'The kernel kills a processor that needs more memory than it may have.',
    skip: withoutMemoryCgroup,
    run: capMemory,
  },
];
