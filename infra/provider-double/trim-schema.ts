import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';

const HELP = `node infra/provider-double/trim-schema.ts SCHEMA.json

Writes infra/provider-double/schema.json.gz: of the AWS provider's schema, the resource types that infra/opentofu uses, and of
those that are huge (web ACLs) the blocks that it names.

  SCHEMA.json   what "tofu providers schema -json" prints in a directory that requires the real provider
`;

const ADDRESS = 'registry.opentofu.org/hashicorp/aws';
const MODULES = join(import.meta.dirname, '../opentofu');
const TRIMMED = join(import.meta.dirname, 'schema.json.gz');

/** Bytes. Statements of web ACLs hold statements: they are nine tenths of the whole, and every command of OpenTofu reads them. */
const HUGE = 100_000;

type Block = { block_types?: Record<string, { block: Block }> | undefined };
const block: z.ZodType<Block> = z.lazy(() =>
  z.looseObject({ block_types: z.record(z.string(), z.looseObject({ block })).optional() }),
);
const types = z.record(z.string(), z.looseObject({ block }));
const schemas = z.object({
  provider: z.looseObject({}),
  resource_schemas: types,
  ephemeral_resource_schemas: types,
});
const printed = z.object({ provider_schemas: z.record(z.string(), schemas) });

const { values, positionals } = parseArgs({
  options: { help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
});
const [source] = positionals;
if (values.help || source === undefined) process.stdout.write(HELP);
else trim(source);

function trim(file: string): void {
  const whole = readSchema(file);
  const trimmed = {
    provider: whole.provider,
    resource_schemas: shrunk(pick(whole.resource_schemas, typesUsed('resource'))),
    ephemeral_resource_schemas: pick(whole.ephemeral_resource_schemas, typesUsed('ephemeral')),
  };
  writeFileSync(TRIMMED, gzipSync(JSON.stringify(trimmed, withoutProse), { level: 9 }));
  process.stdout.write(
    `${Object.keys(trimmed.resource_schemas).length} resource types in ${TRIMMED}, ${gunzipSync(readFileSync(TRIMMED)).length} bytes unpacked\n`,
  );
}

function readSchema(file: string): z.infer<typeof schemas> {
  const found = printed.parse(JSON.parse(readFileSync(file, 'utf8'))).provider_schemas[ADDRESS];
  if (!found) throw new Error(`${file} holds no schema of ${ADDRESS}`);
  return found;
}

function typesUsed(keyword: 'resource' | 'ephemeral'): string[] {
  const declaration = new RegExp(`^${keyword} "(aws_[a-z0-9_]+)"`, 'gm');
  const found = [...sources().matchAll(declaration)].map(([, type]) => type ?? '');
  return [...new Set(found)].toSorted();
}

function sources(): string {
  return readdirSync(MODULES, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.tf'))
    .map(name => readFileSync(join(MODULES, name), 'utf8'))
    .join('\n');
}

type Types = z.infer<typeof types>;

function shrunk(all: Types): Types {
  const words = new Set(sources().match(/[a-z0-9_]+/g));
  return Object.fromEntries(
    Object.entries(all).map(([name, schema]) => [
      name,
      JSON.stringify(schema).length < HUGE ? schema : { ...schema, block: named(schema.block, words) },
    ]),
  );
}

/** The block without those inside it that nobody names. */
function named(whole: Block, words: ReadonlySet<string>): Block {
  if (!whole.block_types) return whole;
  const kept = Object.entries(whole.block_types).filter(([name]) => words.has(name));
  return {
    ...whole,
    block_types: Object.fromEntries(
      kept.map(([name, inner]) => [name, { ...inner, block: named(inner.block, words) }]),
    ),
  };
}

function pick(all: Types, names: readonly string[]): Types {
  return Object.fromEntries(
    names.map(name => {
      const schema = all[name];
      if (!schema) throw new Error(`the AWS provider has no ${name}`);
      return [name, schema];
    }),
  );
}

/** Descriptions are half of the size, and nothing here reads them. An argument called `description` is an object. */
function withoutProse(key: string, value: unknown): unknown {
  return typeof value === 'string' && key.startsWith('description') ? undefined : value;
}
