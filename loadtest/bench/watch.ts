import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Quantiles, quantiles } from './quantiles.ts';
import type { Sample } from './open-loop.ts';
import type { World } from './world.ts';

/** Looks from outside how far counting and publishing have come. */
export type Watch = {
  /** How long after its receipt each vote was counted (PostgreSQL has committed it) and published (a subscriber has it). */
  readonly delays: (samples: readonly Sample[]) => {
    readonly counted: Quantiles;
    readonly published: Quantiles;
  };
  /** How many of these were not seen published yet. */
  readonly unpublished: (samples: readonly Sample[]) => number;
  readonly stop: () => Promise<void>;
};

/** Milliseconds since 1970. */
type Look = {
  readonly at: number;
  readonly next: readonly number[];
  readonly version: number;
  readonly counted: number;
};
type Published = { readonly at: number; readonly version: number };

/** A look costs PostgreSQL some 0.2 ms. */
const LOOK_MILLIS = 50;
const DRAIN_DEADLINE_MILLIS = 180_000;

export function startWatch(world: World, electionId: string): Watch {
  const looks: Look[] = [];
  const published: Published[] = [];
  const stopListening = listen(world, electionId, published);
  let stopping = false;
  const watching = (async () => {
    while (!stopping) {
      looks.push(await look(world));
      await sleep(LOOK_MILLIS);
    }
  })();
  const see = ({ partition, offset }: Sample) => {
    const counted = firstAfter(looks, ({ next }) => (next[partition] ?? 0) > offset);
    const shown = counted && firstAfter(published, ({ version }) => version >= counted.version);
    return { counted, shown };
  };
  return {
    delays: samples => {
      const delays = samples.map(sample => {
        const { counted, shown } = see(sample);
        return { counted: counted && counted.at - sample.at, published: shown && shown.at - sample.at };
      });
      return {
        counted: quantiles(delays.flatMap(({ counted }) => counted ?? [])),
        published: quantiles(delays.flatMap(({ published: millis }) => millis ?? [])),
      };
    },
    unpublished: samples => samples.filter(sample => !see(sample).shown).length,
    stop: async () => {
      stopping = true;
      stopListening();
      await watching;
    },
  };
}

/** Resolves with the number of counted votes once everything that is on the log now is accounted for. */
export async function drained(world: World): Promise<number> {
  const end = await endOfLog(world);
  const deadline = Date.now() + DRAIN_DEADLINE_MILLIS;
  for (;;) {
    const { next, counted } = await look(world);
    if (next.reduce((sum, offset) => sum + offset, 0) >= end) return counted;
    if (Date.now() > deadline) throw new Error(`${world.name}: votes stay uncounted`);
    await sleep(LOOK_MILLIS);
  }
}

/** The first of an ascending list for which `reached` holds, by halving. */
function firstAfter<T>(ascending: readonly T[], reached: (each: T) => boolean): T | undefined {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const each = ascending[middle];
    if (each !== undefined && reached(each)) high = middle;
    else low = middle + 1;
  }
  return ascending[low];
}

async function look({ pool, topics }: World): Promise<Look> {
  const { rows } = await pool.query<{
    partition: number;
    next_offset: string;
    requeued: string;
    counted: string;
  }>('select partition, next_offset, requeued, counted from progress where topic = $1', [topics.votes]);
  const next: number[] = [];
  for (const row of rows) next[row.partition] = Number(row.next_offset);
  const total = (of: (row: (typeof rows)[number]) => string) =>
    rows.reduce((sum, row) => sum + Number(of(row)), 0);
  return {
    at: performance.timeOrigin + performance.now(),
    next: Array.from(next, offset => offset ?? 0),
    version: total(row => row.next_offset) + total(row => row.requeued),
    counted: total(row => row.counted),
  };
}

async function endOfLog({ kafka, topics }: World): Promise<number> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topics.votes);
  await admin.disconnect();
  return ends.reduce((sum, { high }) => sum + Number(high), 0);
}

/** A subscriber of the results, as a page is one; returns its end. */
function listen({ services }: World, electionId: string, published: Published[]): () => void {
  let stopped = false;
  const connect = () => {
    const request = get(
      `${services.urls('aggregator')[0]}/v1/elections/${electionId}/results/stream`,
      response => {
        // Until the election is known there the answer is 404.
        if (response.statusCode !== 200) return void (response.resume(), setTimeout(connect, 500).unref());
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          const version = /^id: ?(\d+)$/m.exec(text)?.[1];
          if (version !== undefined)
            published.push({ at: performance.timeOrigin + performance.now(), version: Number(version) });
        });
      },
    );
    request.on('error', () => {
      if (!stopped) setTimeout(connect, 500).unref();
    });
    current = request;
  };
  let current: ReturnType<typeof get>;
  connect();
  return () => {
    stopped = true;
    current.destroy();
  };
}
