import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** Requests within a minute. */
export type Quotas = {
  readonly address: number;
  readonly credential: number;
  readonly election: number;
  /** New sessions of an address. */
  readonly sessions: number;
};
type Policy = keyof Quotas;
type Taken = { readonly policy: Policy; readonly left: RateLimiterRes; readonly isOver: boolean };

/** Fields of draft-ietf-httpapi-ratelimit-headers: the limit that is nearest. */
export type LimitHeaders = Readonly<Record<'ratelimit-policy' | 'ratelimit', string>>;
export type Limited =
  | { readonly ok: true; readonly headers?: LimitHeaders }
  | { readonly ok: false; readonly headers: LimitHeaders; readonly retryAfterSeconds: number };

export type RateLimits = {
  /** Takes one from each; refused when one of them is used up. */
  take(asked: Partial<Readonly<Record<Policy, string | Uint8Array>>>): Promise<Limited>;
};

const WINDOW_SECONDS = 60;
const HOUR_MILLIS = 3_600_000;

/**
 * Counts requests in Redis, or without one in this process. Addresses and credentials are counted under an HMAC whose key
 * lives in this process only and for an hour, so that nothing there names a voter; each replica counts for itself therefore.
 * While Redis is away nothing is limited: voters matter more.
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
  const limiter = (policy: Policy) => {
    const options = {
      keyPrefix: `suffrage-limits:${policy}`,
      points: quotas[policy],
      duration: WINDOW_SECONDS,
    };
    return redis
      ? new RateLimiterRedis({ ...options, storeClient: redis, inMemoryBlockOnConsumed: options.points + 1 })
      : new RateLimiterMemory(options);
  };
  const limiters = {
    address: limiter('address'),
    credential: limiter('credential'),
    election: limiter('election'),
    sessions: limiter('sessions'),
  };
  const hidden = hourlyHash(clock);

  const consume = async (policy: Policy, name: string | Uint8Array): Promise<Taken | undefined> => {
    try {
      const left = await limiters[policy].consume(policy === 'election' ? String(name) : hidden(name));
      return { policy, left, isOver: false };
    } catch (error) {
      // The library throws what it refuses, and lets faults of Redis through.
      if (error instanceof RateLimiterRes) return { policy, left: error, isOver: true };
      onUnlimited();
      return undefined;
    }
  };

  return {
    async take(asked) {
      let nearest: Taken | undefined;
      for (const policy of POLICIES) {
        const name = asked[policy];
        const taken = name === undefined ? undefined : await consume(policy, name);
        if (!taken) continue;
        if (taken.isOver)
          return { ok: false, headers: headersOf(taken), retryAfterSeconds: seconds(taken.left) };
        if (!nearest || taken.left.remainingPoints < nearest.left.remainingPoints) nearest = taken;
      }
      return nearest ? { ok: true, headers: headersOf(nearest) } : { ok: true };
    },
  };

  function headersOf({ policy, left }: Taken): LimitHeaders {
    return {
      'ratelimit-policy': `"${policy}";q=${quotas[policy]};w=${WINDOW_SECONDS}`,
      ratelimit: `"${policy}";r=${left.remainingPoints};t=${seconds(left)}`,
    };
  }
}

/** The cheapest to check for an attacker first. */
const POLICIES: readonly Policy[] = ['address', 'sessions', 'credential', 'election'];

const seconds = ({ msBeforeNext }: RateLimiterRes) => Math.max(1, Math.ceil(msBeforeNext / 1000));

function hourlyHash(clock: () => number): (name: string | Uint8Array) => string {
  let hour = -1;
  let key = Buffer.alloc(0);
  return name => {
    const now = Math.floor(clock() / HOUR_MILLIS);
    if (now !== hour) [hour, key] = [now, randomBytes(32)];
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
