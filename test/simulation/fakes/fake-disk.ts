import type { Database, Operation } from '@suffrage/ingestion/log/queue-store';
import type { Machine } from '../machine.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Weather } from '../weather.ts';

/**
 * The disk of one ingestion process, with LevelDB on it. It outlives its processes. With a process its machine loses power:
 * of what was written since the last sync any first part may be there afterwards, and nothing beyond.
 */
export type FakeDisk = {
  readonly name: string;
  open(machine: Machine): Promise<Database>;
  /** How many votes are held, as `local-queue.ts` keeps them. */
  heldVotes(): number;
};

type Options = {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
};

type Batch = readonly Operation[];

export function createFakeDisk({ name, scheduler, random, weather }: Options): FakeDisk {
  let written: Batch[] = [];
  /** So many of these survive whatever happens. */
  let synced = 0;
  let content = new Map<string, Buffer>();
  /** LevelDB refuses every write after one that failed, until it is opened again. */
  let isBroken = false;
  let isOpen = true;
  let powerCuts = 0;

  const hop = () => scheduler.sleep(random.between(0.05, 1));
  const write = (batch: Batch) => {
    written.push(batch);
    apply(content, batch);
  };
  const cutPower = () => {
    powerCuts += 1;
    written = written.slice(0, random.integer(synced, written.length));
    synced = written.length;
    content = new Map();
    for (const batch of written) apply(content, batch);
    isBroken = false;
    isOpen = true;
  };
  const requireOpen = () => {
    if (!isOpen) throw new Error('the database is not open');
  };
  const refuseSometimes = (batch: Batch) => {
    if (!isBroken && !random.chance(weather.diskFails)) return;
    // It may have come through all the same.
    if (!isBroken && random.chance(0.5)) write(batch);
    isBroken = true;
    throw new Error('No space left on device');
  };

  /** Writes of a machine that has lost its power reach nothing any more. */
  const writeThrough = async (batch: Batch, sync: boolean) => {
    const power = powerCuts;
    await hop();
    if (power !== powerCuts) return;
    requireOpen();
    refuseSometimes(batch);
    write(batch);
    const end = written.length;
    const reach = () => {
      if (power === powerCuts) synced = Math.max(synced, end);
    };
    if (sync) {
      await scheduler.sleep(random.chance(0.1) ? random.between(10, 1_000) : random.between(0.2, 10));
      reach();
    } else scheduler.after(random.between(1_000, 30_000), reach);
  };

  return {
    name,
    heldVotes: () => [...content.keys()].filter(key => key.startsWith('vote/')).length,
    async open(machine) {
      machine.onDeath(cutPower);
      const entries = (range: Parameters<Database['iterator']>[0]) =>
        [...content]
          .filter(([key]) => key >= range.gte && key < range.lt)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .slice(0, range.limit);
      const later = <T>(look: () => T) => machine.receive(hop().then(look));
      const read = <T>(look: () => T) =>
        later(() => {
          requireOpen();
          return look();
        });
      await machine.receive(hop());
      return {
        get: key => read(() => content.get(key)),
        batch: (operations, { sync }) => machine.receive(writeThrough(operations, sync)),
        keys: range => ({ all: () => read(() => entries(range).map(([key]) => key)) }),
        values: range => ({ all: () => read(() => entries(range).map(([, value]) => value)) }),
        iterator: range => {
          const seen = entries(range);
          return {
            all: () => read(() => seen),
            nextv: size => read(() => seen.splice(0, size)),
            close: () => Promise.resolve(),
          };
        },
        open: () =>
          later(() => {
            // A full disk has no room for what opening writes either.
            if (random.chance(weather.diskFails)) throw new Error('No space left on device');
            isBroken = false;
            isOpen = true;
          }),
        close: () =>
          later(() => {
            isOpen = false;
          }),
      };
    },
  };
}

function apply(content: Map<string, Buffer>, batch: Batch): void {
  for (const operation of batch) {
    if (operation.type === 'put') content.set(operation.key, operation.value);
    else content.delete(operation.key);
  }
}
