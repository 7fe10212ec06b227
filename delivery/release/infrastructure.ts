import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { infrastructureFile, type Installation, valuesFile } from './environments.ts';

/** As much as we look at; the chart's schema holds the rest. */
const values = z.looseObject({
  kafka: z.looseObject({ brokers: z.string().default('') }).optional(),
  aws: z.looseObject({ region: z.string() }).optional(),
  image: z.looseObject({ registry: z.string().optional() }).optional(),
});
export type Infrastructure = {
  readonly file: string;
  readonly region: string | undefined;
  /** The environment's own copy of what was published; `undefined`: it installs from where that is. */
  readonly registry: string | undefined;
};

/**
 * The values that only the infrastructure knows, to be put over the environment's own. Without them an upgrade would put the
 * examples of the chart's own files in place of brokers and databases, and elections would be held under an example's name, which
 * their tokens carry for ever.
 * @throws Error where they have not been made, or where an example would be left
 */
export function infrastructureOf(installation: Installation): Infrastructure {
  const file = infrastructureFile(installation);
  const remedy = `make infra-values ENVIRONMENT=${installation.environment} writes it, and it is committed`;
  if (!existsSync(file)) throw new Error(`${file} is not there: ${remedy}`);
  const own = readValues(file);
  const { kafka, aws, image } = values.parse(own);
  if (!kafka?.brokers) throw new Error(`${file} names no brokers: ${remedy}`);
  const environment = valuesFile(installation.environment);
  const left = examples(merged(readValues(environment), own));
  if (left.length > 0)
    throw new Error(
      `${left.join(', ')}: an example's, to be replaced by your own in ${environment} or ${file}`,
    );
  return { file, region: aws?.region, registry: image?.registry };
}

type Values = Readonly<Record<string, unknown>>;
const map = z.record(z.string(), z.unknown());

const readValues = (file: string): Values => map.parse(parse(readFileSync(file, 'utf8')) ?? {});
const isMap = (value: unknown): value is Values => map.safeParse(value).success;

/** As helm puts one file of values over another. */
function merged(under: Values, over: Values): Values {
  const both = Object.entries(over).map(([name, value]) => {
    const below = under[name];
    return [name, isMap(below) && isMap(value) ? merged(below, value) : value] as const;
  });
  return { ...under, ...Object.fromEntries(both) };
}

/** Where values name a host that is reserved for examples (RFC 2606): `edge.hosts.votes`. */
function examples(value: unknown, path = ''): string[] {
  if (typeof value === 'string')
    return /\bexample\.(?:org|com|net)\b/.test(value) ? [`${path} names ${value}`] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => examples(each, path ? `${path}.${name}` : name));
}
