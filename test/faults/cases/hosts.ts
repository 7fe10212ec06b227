import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultCase, Stage } from '../fault-case.ts';

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
];
