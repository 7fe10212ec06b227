import { hostname } from 'node:os';
import { z } from 'zod';
import { crashPointSetting } from './crash-point.ts';
import { readText } from './read-text.ts';
import { findWrongSasl, findWrongTls } from './tls/check-settings.ts';

/** A setting that names a file whose content is the secret: the secret itself is never in the environment. */
export const secretFile = z.string().min(1).transform(readSecret);

function readSecret(path: string, context: z.core.$RefinementCtx): string {
  const read = readText(path);
  if (read.ok) return read.text.trim();
  context.addIssue({ code: 'custom', message: read.message });
  return z.NEVER;
}

export const port = z.coerce.number().int().min(0).max(65_535);

export const list = z
  .string()
  .transform(text => text.split(/[\s,]+/).filter(item => item !== ''))
  .refine(items => items.length > 0, 'needs at least one entry');

/** Addresses, and ranges such as `10.0.0.0/16`; never everybody's. */
export const ranges = list.pipe(
  z.array(
    z
      .union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
        error: 'must be addresses or ranges such as 10.0.0.0/16',
      })
      .refine(range => !range.endsWith('/0'), 'holds every address: anybody could claim to be anybody'),
  ),
);

const MILLIS = { ms: 1, s: 1000, m: 60_000 } as const;

/** `250ms`, `1s`, `2m` -> milliseconds. */
export const duration = z
  .templateLiteral([z.int().min(0), z.enum(['ms', 's', 'm'])], { error: 'must look like 250ms, 1s or 2m' })
  .transform(text => {
    const unit = text.endsWith('ms') ? 'ms' : text.endsWith('s') ? 's' : 'm';
    return Number.parseInt(text, 10) * MILLIS[unit];
  });

/** Settings that every service has. */
export const commonSettings = {
  SUFFRAGE_ENVIRONMENT: z.enum(['development', 'production']).default('production'),
  /** What tells this process from others; the host's name unless told otherwise. */
  SUFFRAGE_INSTANCE: z.string().min(1).max(253).default(hostname()),
  SUFFRAGE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Prefix of topics, consumer group and Redis keys: several installations on one Kafka. */
  SUFFRAGE_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9-]*$/)
    .default(''),
  /** The address to listen at; 0.0.0.0: all. */
  SUFFRAGE_HOST: z.string().default('127.0.0.1'),
  /** Asked to end, it says that it is not ready and serves on for so long, before it closes: until balancers have noticed. */
  SUFFRAGE_LEAVE_WAIT: duration.optional(),
  SUFFRAGE_METRICS_PORT: port,
  /** Fault tests only: where this process kills itself. */
  SUFFRAGE_CRASH_POINT: crashPointSetting.optional(),
};

const PREFIX = 'SUFFRAGE_';

/**
 * Reads a service's settings. Every `SUFFRAGE_*` variable must be one that the schema knows: a misspelled setting is
 * an error, not a silent default.
 * @throws Error with one line per wrong setting.
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: NodeJS.ProcessEnv = process.env,
): z.output<z.ZodObject<Shape>> {
  const settings = Object.fromEntries(
    Object.entries(environment).filter(([name]) => name.startsWith(PREFIX)),
  );
  const result = z.strictObject(shape).superRefine(addWrongTogether).safeParse(settings);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(key => `  ${key}: there is no such setting`)
      : [`  ${issue.path.join('.')}: ${issue.message}`],
  );
  throw new Error(`The settings are not usable:\n${lines.join('\n')}`);
}

/** Certificates without their keys and the like: each alone would be right. */
function addWrongTogether(settings: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): void {
  for (const { name, message } of [...findWrongTls(settings), ...findWrongSasl(settings)])
    context.addIssue({ code: 'custom', path: [name], message });
}

/** The settings in force, for the log: whatever came from a secret file is shown by its path only. */
export function printableConfig(shape: z.ZodRawShape, environment: NodeJS.ProcessEnv = process.env) {
  return Object.fromEntries(
    Object.entries(shape).map(([name, schema]) => {
      const given = environment[name];
      if (name.endsWith('_FILE')) return [name, given ?? null];
      return [name, z.safeParse(schema, given).data ?? null];
    }),
  );
}
