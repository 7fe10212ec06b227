import { z } from 'zod';

export const healthSchema = z.strictObject({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  service: z.string(),
  instance: z.string(),
  version: z.string(),
  uptimeSeconds: z.number(),
  dependencies: z.record(z.string(), z.enum(['ok', 'unavailable'])),
});
export type HealthReport = z.infer<typeof healthSchema>;

/** `required` dependencies decide readiness; the others only show. */
export type Dependency = {
  readonly required: boolean | (() => boolean);
  readonly check: () => Promise<boolean> | boolean;
};

export type Health = {
  report(): Promise<HealthReport>;
  /** From now on it is unavailable, whatever its dependencies say: the process is about to close. */
  leave(): void;
  isLeaving(): boolean;
};

export const VERSION = process.env.npm_package_version ?? '0.1.0';

const CHECK_DEADLINE_MILLIS = 2000;

export function createHealth(
  service: string,
  instance: string,
  dependencies: Readonly<Record<string, Dependency>>,
): Health {
  let leaving = false;
  return {
    leave: () => {
      leaving = true;
    },
    isLeaving: () => leaving,
    async report() {
      const checked = await Promise.all(
        Object.entries(dependencies).map(async ([name, { required, check }]) => {
          const ok = await within(check).catch(() => false);
          return { name, required: typeof required === 'function' ? required() : required, ok };
        }),
      );
      const missing = checked.filter(({ ok }) => !ok);
      return {
        status:
          leaving || missing.some(({ required }) => required)
            ? 'unavailable'
            : missing.length > 0
              ? 'degraded'
              : 'ok',
        service,
        instance,
        version: VERSION,
        uptimeSeconds: Math.round(process.uptime()),
        dependencies: Object.fromEntries(
          checked.map(({ name, ok }) => [name, ok ? 'ok' : 'unavailable'] as const),
        ),
      };
    },
  };
}

/** A dependency that does not answer in time is not healthy. */
async function within(check: Dependency['check']): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), CHECK_DEADLINE_MILLIS);
  });
  try {
    return await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}
