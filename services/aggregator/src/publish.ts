import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import type { RedisNames } from '@suffrage/contracts/topics';
import { crashPoint } from '@suffrage/runtime/crash-point';
import type { Log } from '@suffrage/runtime/log';
import type { Redis } from 'ioredis';
import type { Counter } from 'prom-client';
import type { NewestSnapshots } from './newest.ts';
import { shouldPublish } from './snapshot.ts';

export type Publisher = {
  /**
   * Makes `snapshots` the newest ones of this process, unless newer ones are stored, and publishes them if this replica
   * is the elected one. When it resolves, this process serves them; whether Redis has them is not certain: what it
   * missed it gets with the next round. False when Redis did not take one of them.
   */
  publish(snapshots: readonly Snapshot[], elected: boolean): Promise<boolean>;
  /** The newest published snapshot, whoever published it. `undefined` when Redis is away, has none or holds nonsense. */
  stored(electionId: string): Promise<Snapshot | undefined>;
};

type Options = {
  readonly redis: Redis;
  readonly names: RedisNames;
  readonly newest: NewestSnapshots;
  readonly published: Counter;
  readonly log: Log;
};

export function createPublisher({ redis, names, newest, published, log }: Options): Publisher {
  let failing = false;

  const load = async (electionId: string) => {
    const text = await redis.get(names.snapshot(electionId));
    return text === null ? undefined : readSnapshot(text, electionId);
  };

  const publishOne = async (candidate: Snapshot, elected: boolean) => {
    const { electionId } = candidate;
    if (redis.status !== 'ready') return newest.offer(candidate);
    const last = await load(electionId).catch((error: unknown) => {
      newest.offer(candidate);
      throw error;
    });
    // What is stored counts as seen here too, so a new replica does not go back behind those before it.
    if (last) newest.offer(last);
    newest.offer(candidate);
    const latest = newest.get(electionId);
    if (!elected || !latest || !shouldPublish(latest.snapshot, last)) return;
    crashPoint('before-publish');
    const replies = await redis
      .multi()
      .set(names.snapshot(electionId), latest.json)
      .publish(names.results(electionId), latest.json)
      .exec();
    const refused = replies?.find(([error]) => error !== null);
    if (refused?.[0]) throw refused[0];
    published.inc();
  };

  return {
    stored: async electionId =>
      redis.status === 'ready' ? load(electionId).catch(() => undefined) : undefined,
    async publish(snapshots, elected) {
      const results = await Promise.allSettled(snapshots.map(snapshot => publishOne(snapshot, elected)));
      const failed = results.find(result => result.status === 'rejected');
      if (failed && !failing)
        log.warn({ err: failed.reason }, 'publishing fails; results are served without the relay');
      failing = failed !== undefined;
      return !failing;
    },
  };
}

/** `undefined` for anything that is not a snapshot of this election, such as one that a newer version wrote. */
export function readSnapshot(text: string, electionId: string): Snapshot | undefined {
  try {
    const { data } = snapshotSchema.safeParse(JSON.parse(text));
    return data?.electionId === electionId ? data : undefined;
  } catch {
    return undefined;
  }
}
