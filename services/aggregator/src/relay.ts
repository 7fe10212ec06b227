import { type ProgressNotice, readProgressNotice } from '@suffrage/contracts/progress-notice';
import type { Snapshot } from '@suffrage/contracts/results';
import type { RedisNames } from '@suffrage/contracts/topics';
import type { Log } from '@suffrage/runtime/log';
import type { Redis } from 'ioredis';
import { readSnapshot } from './publish.ts';

export type Relay = {
  isConnected(): boolean;
  /** When the last snapshot came through: milliseconds of `clock`, `-Infinity` before the first. */
  heardAt(): number;
};

type Options = {
  /** A connection of its own: a subscribed one takes no other commands. */
  readonly redis: Redis;
  readonly names: RedisNames;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  readonly onProgress: (notice: ProgressNotice) => void;
  readonly clock: () => number;
  readonly log: Log;
};

const SUBSCRIBE_AGAIN_MILLIS = 1_000;

/** Hands on what the elected replica publishes and the processors' notices, from now on, again after each reconnect. */
export function listenToRelay({ redis, names, onSnapshot, onProgress, clock, log }: Options): Relay {
  let heardAt = Number.NEGATIVE_INFINITY;
  const subscribe = async () => {
    await redis.psubscribe(names.results('*'));
    await redis.subscribe(names.progress);
  };
  // A connection that is ready may still answer too late; nothing else would try again before it breaks.
  const keepSubscribing = () => {
    if (redis.status !== 'ready') return;
    subscribe().catch((error: unknown) => {
      log.warn({ err: error }, 'the relay can not be subscribed');
      setTimeout(keepSubscribing, SUBSCRIBE_AGAIN_MILLIS).unref();
    });
  };
  redis.on('ready', keepSubscribing);
  redis.on('message', (_channel: string, text: string) => onProgress(readProgressNotice(text)));
  redis.on('pmessage', (_pattern: string, channel: string, text: string) => {
    const snapshot = readSnapshot(text, channel.slice(names.results('').length));
    if (!snapshot) return;
    heardAt = clock();
    onSnapshot(snapshot);
  });
  return { isConnected: () => redis.status === 'ready', heardAt: () => heardAt };
}
