import { definitions } from './definitions.ts';
import type { Schema, Value } from './read-values.ts';

/** The JSON schema of the values: every key is named, and nothing else is accepted. */
export function printSchema(values: readonly Value[]): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: 'Generated from values.yaml by helm/generate/main.ts.',
    title: 'Values of the chart suffrage',
    ...section(values, { global: { type: 'object' } }),
    $defs: definitions,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** `others`: what Helm puts beside our own keys. */
function section(values: readonly Value[], others: Readonly<Record<string, Schema>> = {}): Schema {
  const own = values.map(value => [value.path.at(-1) ?? '', schemaOf(value)] as const);
  return {
    type: 'object',
    properties: { ...Object.fromEntries(own), ...others },
    additionalProperties: false,
  };
}

function schemaOf({ path, text, schema, preset, values }: Value): Schema {
  const described = text === '' ? {} : { description: text };
  if ('$ref' in schema) return { ...described, ...schema };
  if (values) return { ...described, ...section(values), ...schema };
  const type = 'enum' in schema || 'type' in schema ? {} : typeOf(preset, path);
  return { ...described, ...type, ...schema };
}

function typeOf(preset: unknown, path: readonly string[]): Schema {
  switch (typeof preset) {
    case 'boolean':
    case 'string':
      return { type: typeof preset };
    case 'number':
      return { type: Number.isInteger(preset) ? 'integer' : 'number' };
    case 'object':
      if (preset !== null && !Array.isArray(preset)) return mappingOf(preset, path);
  }
  throw new Error(`${path.join('.')}: a list, an empty mapping or null needs an @schema line`);
}

/** Of exactly the keys that are there. */
function mappingOf(preset: object, path: readonly string[]): Schema {
  const keys = Object.entries(preset);
  if (keys.length === 0) throw new Error(`${path.join('.')}: an empty mapping needs an @schema line`);
  return {
    type: 'object',
    properties: Object.fromEntries(keys.map(([key, value]) => [key, typeOf(value, [...path, key])])),
    additionalProperties: false,
  };
}
