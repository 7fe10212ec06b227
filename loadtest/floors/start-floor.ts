import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_ARGUMENTS } from '@suffrage/stack/services';
import type { FloorAsked, FloorLoad, FloorSettings, FloorTold } from './floor-process.ts';

export type Floor = {
  readonly pid: number;
  /** Where it answers, if it does. */
  readonly address: string;
  /** Resolves when at least so many votes or records have gone all the way since it started. */
  readonly until: (done: number) => Promise<void>;
  readonly done: () => Promise<number>;
  readonly run: (load: FloorLoad) => Promise<void>;
  readonly stop: () => void;
};

const PROGRAMS = {
  'node-http': 'node-http-floor.ts',
  fastify: 'fastify-floor.ts',
  ingestion: 'ingestion-floor.ts',
  'bare-ingestion': 'bare-ingestion-floor.ts',
  processor: 'processor-floor.ts',
} as const;

const DEADLINE_MILLIS = 60_000;
const STEP_MILLIS = 50;

/** Starts a floor program in a process of its own; resolves when it is ready. */
export async function startFloor(program: keyof typeof PROGRAMS, settings: FloorSettings): Promise<Floor> {
  const script = fileURLToPath(new URL(PROGRAMS[program], import.meta.url));
  const child = fork(script, [JSON.stringify(settings)], {
    execArgv: NODE_ARGUMENTS,
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the floor of ${program} ended`);
  });
  ended.catch(() => undefined);
  const next = async (): Promise<FloorTold> => (await Promise.race([once(child, 'message'), ended]))[0];
  const ask = (asked: FloorAsked) => {
    const told = next();
    child.send(asked);
    return told;
  };
  const ready = await next();
  const done = async () => {
    const told = await ask({ ask: 'done' });
    return 'done' in told ? told.done : 0;
  };
  return {
    pid: child.pid ?? 0,
    address: 'address' in ready ? ready.address : '',
    done,
    until: async wanted => {
      const deadline = Date.now() + DEADLINE_MILLIS;
      while ((await done()) < wanted) {
        if (Date.now() > deadline)
          throw new Error(`the floor of ${program} has stopped at ${await done()} of ${wanted}`);
        await sleep(STEP_MILLIS);
      }
    },
    run: async load => void (await ask({ ask: 'run', ...load })),
    stop: () => void child.kill(),
  };
}
