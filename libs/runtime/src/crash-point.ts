import { z } from 'zod';

/** Where a process can be made to end, exactly as by `kill -9`, to show that nothing is lost when it does. */
const crashPoints = [
  'after-validate',
  'after-produce-before-answer',
  'during-drain',
  'after-poll',
  'after-redis-look-up',
  'inside-transaction',
  'after-transaction-commit-before-redis',
  'after-redis-before-offset-commit',
  'during-rebalance',
  'before-publish',
  'between-database-commit-and-topic',
] as const;
export type CrashPoint = (typeof crashPoints)[number];

/** `NAME`, or `NAME:PASSES` to survive that many passes first. */
export const crashPointSetting = z
  .templateLiteral([z.enum(crashPoints), z.literal(':').optional(), z.int().min(0).optional()], {
    error: `must be NAME or NAME:PASSES, with a name of ${crashPoints.join(', ')}`,
  })
  .transform(text => {
    const [name, passes = '0'] = text.split(':');
    return { point: z.enum(crashPoints).parse(name), passesLeft: Number(passes) };
  });

let armed: { readonly point: CrashPoint; passesLeft: number } | undefined;

/**
 * Takes the setting into force; without it every crash point is one comparison and nothing else.
 * @throws Error in production.
 */
export function armCrashPoint(config: {
  readonly SUFFRAGE_ENVIRONMENT: 'development' | 'production';
  readonly SUFFRAGE_CRASH_POINT?: z.output<typeof crashPointSetting> | undefined;
}): void {
  if (config.SUFFRAGE_CRASH_POINT && config.SUFFRAGE_ENVIRONMENT === 'production') {
    throw new Error(
      'SUFFRAGE_CRASH_POINT kills this process on purpose and is refused in production: remove it, or set SUFFRAGE_ENVIRONMENT=development',
    );
  }
  armed = config.SUFFRAGE_CRASH_POINT && { ...config.SUFFRAGE_CRASH_POINT };
}

/** Ends the process here if it is set to. SIGKILL: no handler runs, nothing is flushed, no connection says goodbye. */
export function crashPoint(point: CrashPoint): void {
  if (armed?.point !== point) return;
  if (armed.passesLeft > 0) armed.passesLeft -= 1;
  else process.kill(process.pid, 'SIGKILL');
}
