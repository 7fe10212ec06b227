import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order } from './client.ts';
import type { LoadResult } from './open-loop.ts';

/** The process that casts votes. */
export type Client = {
  readonly pid: number;
  readonly cast: (order: Order) => Promise<LoadResult>;
  readonly stop: () => void;
};

export function startClient(): Client {
  const child = fork(fileURLToPath(new URL('client.ts', import.meta.url)));
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process that casts votes has ended');
  });
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    cast: async order => {
      const answered = once(child, 'message');
      child.send(order);
      const [result]: [LoadResult] = await Promise.race([
        answered.then(([told]): [LoadResult] => [told]),
        ended,
      ]);
      return result;
    },
    stop: () => void child.kill(),
  };
}
