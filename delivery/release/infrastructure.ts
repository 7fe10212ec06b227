import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { infrastructureFile, type Installation } from './environments.ts';

/** As much as we look at; the chart's schema holds the rest. */
const values = z.looseObject({
  kafka: z.looseObject({ brokers: z.string().default('') }).optional(),
  aws: z.looseObject({ region: z.string() }).optional(),
});
export type Infrastructure = { readonly file: string; readonly region: string | undefined };

/**
 * The values that only the infrastructure knows. Without them an upgrade would put the examples of the chart's own files in place of
 * brokers and databases. @throws Error where they have not been made, or name the examples themselves
 */
export function infrastructureOf(installation: Installation): Infrastructure {
  const file = infrastructureFile(installation);
  const remedy = `make infra-values ENVIRONMENT=${installation.environment} writes it, and it is committed`;
  if (!existsSync(file)) throw new Error(`${file} is not there: ${remedy}`);
  const { kafka, aws } = values.parse(parse(readFileSync(file, 'utf8')) ?? {});
  if (!kafka?.brokers) throw new Error(`${file} names no brokers: ${remedy}`);
  if (/\bexample\.(org|com)\b/.test(kafka.brokers))
    throw new Error(`${file} names the brokers of an example: ${remedy}`);
  return { file, region: aws?.region };
}
