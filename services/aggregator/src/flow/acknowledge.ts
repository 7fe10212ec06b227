import { lookup } from 'node:dns/promises';

/** Cumulative counts by upper bound in seconds, as a histogram of Prometheus has them. */
export type Buckets = ReadonlyMap<number, number>;

const BUCKET = /^suffrage_ingestion_acknowledge_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\S+)$/gm;
const TIMEOUT_MILLIS = 2_000;
const MAX_CHARACTERS = 1_000_000;

/** What one ingestion process says of its acknowledgements. Histograms of several label sets are summed. */
export function readBuckets(metrics: string): Buckets {
  const buckets = new Map<number, number>();
  for (const [, bound = '', count = ''] of metrics.matchAll(BUCKET)) {
    const seconds = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
    buckets.set(seconds, (buckets.get(seconds) ?? 0) + Number(count));
  }
  return buckets;
}

/** What came since `before`. A process that was restarted counts from 0 again. */
export function bucketsSince(before: Buckets | undefined, now: Buckets): Buckets {
  if (before === undefined) return new Map();
  const restarted = [...now].some(([bound, count]) => count < (before.get(bound) ?? 0));
  if (restarted) return now;
  return new Map([...now].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]));
}

/**
 * The time in seconds that a share of the observations stayed below, read as Prometheus' `histogram_quantile` does: by a line
 * between the bounds of its bucket. `null` without observations.
 */
export function quantile(share: number, buckets: Buckets): number | null {
  const bounds = [...buckets].toSorted(([a], [b]) => a - b);
  const total = bounds.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const rank = share * total;
  const index = bounds.findIndex(([, count]) => count >= rank);
  const [bound, count] = bounds[index] ?? [0, 0];
  const [lower, below] = bounds[index - 1] ?? [0, 0];
  if (bound === Number.POSITIVE_INFINITY) return lower;
  return lower + (bound - lower) * ((rank - below) / Math.max(1, count - below));
}

export function sumBuckets(all: readonly Buckets[]): Buckets {
  const sum = new Map<number, number>();
  for (const buckets of all)
    for (const [bound, count] of buckets) sum.set(bound, (sum.get(bound) ?? 0) + count);
  return sum;
}

/**
 * Asks every ingestion process for its metrics. A name that leads to several addresses (a headless service of Kubernetes)
 * stands for all of them. Who does not answer is left out.
 */
export async function askIngestion(urls: readonly string[]): Promise<ReadonlyMap<string, Buckets>> {
  const addresses = (await Promise.all(urls.map(addressesOf))).flat();
  const answers = await Promise.all(
    addresses.map(async url => [url, await ask(url).catch(() => undefined)] as const),
  );
  return new Map(answers.flatMap(([url, buckets]) => (buckets ? [[url, buckets] as const] : [])));
}

async function addressesOf(url: string): Promise<string[]> {
  const { hostname } = new URL(url);
  const found = await lookup(hostname.replaceAll(/[[\]]/g, ''), { all: true }).catch(() => []);
  return found.map(({ address, family }) => {
    const named = new URL(url);
    named.hostname = family === 6 ? `[${address}]` : address;
    return named.href;
  });
}

async function ask(url: string): Promise<Buckets> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MILLIS), redirect: 'error' });
  if (!response.ok) throw new Error(`metrics were answered ${response.status}`);
  return readBuckets((await response.text()).slice(0, MAX_CHARACTERS));
}
