import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { PERIOD_MILLIS, type Take, type Taken, takeInMemory } from './gcra.ts';
import { takeInRedis } from './gcra-redis.ts';
import { inBatches } from './in-batches.ts';

/** Requests within a minute: so many at once, and in the long run so many a minute. */
export type Quotas = {
  readonly address: number;
  readonly credential: number;
  readonly election: number;
  /** New sessions of an address. */
  readonly sessions: number;
  /** Of one manager, auditor or observer. */
  readonly manager: number;
  /** Of all managers at an address, and of whoever tries to be one. */
  readonly managers: number;
};
type Policy = keyof Quotas;

/** Fields of draft-ietf-httpapi-ratelimit-headers: the limit that is nearest. */
export type LimitHeaders = Readonly<Record<'ratelimit-policy' | 'ratelimit', string>>;
export type Limited =
  | { readonly ok: true; readonly headers?: LimitHeaders }
  | { readonly ok: false; readonly headers: LimitHeaders; readonly retryAfterSeconds: number };

export type RateLimits = {
  /** Takes one from each; refused, and none is taken, when one of them is used up. */
  take(asked: Partial<Readonly<Record<Policy, string | Uint8Array>>>): Promise<Limited>;
};

const HOUR_MILLIS = 3_600_000;
/** Names that are counted in this process; of more the oldest are forgotten. */
const MOST_NAMES = 100_000;
/** Requests in one script: Redis does nothing else meanwhile, some 1 ms. */
const BATCH = 100;

/**
 * Counts requests in Redis, or without one in this process; those that arrive together in one round trip. Addresses and
 * credentials are counted under an HMAC whose key lives in this process only and for an hour, so that nothing there names a
 * voter; each replica counts for itself therefore. While Redis is away nothing is limited: voters matter more.
 * @param options.onUnlimited told of each request that was not limited for that reason.
 */
export function createRateLimits({
  redis,
  quotas,
  onUnlimited,
  clock,
}: {
  readonly redis: Redis | undefined;
  readonly quotas: Quotas;
  readonly onUnlimited: () => void;
  readonly clock: () => number;
}): RateLimits {
  const takeAll = redis
    ? takeInRedis(redis)
    : takeInMemory(new LRUCache<string, number>({ max: MOST_NAMES }));
  const hidden = hourlyHash(clock);
  const take = inBatches<readonly Take[], Taken>({
    most: BATCH,
    gather: () => setImmediate(),
    answer: groups => takeAll(groups, clock()),
  });

  return {
    async take(asked) {
      const policies = POLICIES.filter(policy => asked[policy] !== undefined);
      const group = policies.map(policy => {
        const name = asked[policy] ?? '';
        const counted = policy === 'election' ? String(name) : hidden(name);
        return { key: `suffrage-limits:${policy}:${counted}`, quota: quotas[policy] };
      });
      try {
        const taken = await take(group);
        const policy = policies[taken.place];
        if (!policy) return { ok: true };
        const headers = headersOf(policy, taken);
        return taken.isOver
          ? { ok: false, headers, retryAfterSeconds: seconds(taken.nextMillis) }
          : { ok: true, headers };
      } catch {
        onUnlimited();
        return { ok: true };
      }
    },
  };

  function headersOf(policy: Policy, { left, fullMillis }: Taken): LimitHeaders {
    return {
      'ratelimit-policy': `"${policy}";q=${quotas[policy]};w=${PERIOD_MILLIS / 1000}`,
      ratelimit: `"${policy}";r=${left};t=${seconds(fullMillis)}`,
    };
  }
}

/** Of several that are used up the first is named. */
const POLICIES: readonly Policy[] = ['address', 'sessions', 'managers', 'manager', 'credential', 'election'];

const seconds = (millis: number) => Math.max(1, Math.ceil(millis / 1000));

function hourlyHash(clock: () => number): (name: string | Uint8Array) => string {
  let hour = -1;
  let key: KeyObject | undefined;
  return name => {
    const now = Math.floor(clock() / HOUR_MILLIS);
    if (!key || now !== hour) [hour, key] = [now, createSecretKey(randomBytes(32))];
    return createHmac('sha256', key).update(name).digest('base64url');
  };
}

/** Whoever has one address of IPv6 has 2^64 of them. */
export function limitedAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const first = head.split(':').filter(group => group !== '');
  const last = tail?.split(':').filter(group => group !== '') ?? [];
  const missing = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...missing, ...last]
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':');
}
