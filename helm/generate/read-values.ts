import { readFileSync } from 'node:fs';
import { isMap, isScalar, type Node, parse, parseDocument, type Pair, type YAMLMap } from 'yaml';

/** A node of a JSON schema; its keywords are JSON Schema's business. */
export type Schema = Readonly<Record<string, unknown>>;

/** One value of the chart, as values.yaml has it. */
export type Value = {
  /** `ingestion.localQueue.bytes`. */
  readonly path: readonly string[];
  /** The comment above it, in one line. */
  readonly text: string;
  /** What its `@schema` line says. */
  readonly schema: Schema;
  readonly preset: unknown;
  /** Of a section whose keys are all named: each of them. Otherwise it is one value. */
  readonly values: readonly Value[] | undefined;
};

const SCHEMA = '@schema ';

/** @throws Error naming the value whose comment can't be read. */
export function readValues(file: string): Value[] {
  const document = parseDocument(readFileSync(file, 'utf8'));
  const [error] = document.errors;
  if (error) throw error;
  if (!isMap(document.contents)) throw new Error(`${file} must be a mapping`);
  return readSection(document.contents, []);
}

function readSection(section: YAMLMap<unknown, unknown>, path: readonly string[]): Value[] {
  return section.items.map((pair, place) => {
    // The parser gives the comment above the first key to the mapping itself.
    const above = place === 0 && path.length > 0 ? section.commentBefore : undefined;
    return readValue(pair, path, above ?? undefined);
  });
}

function readValue(pair: Pair<unknown, unknown>, path: readonly string[], above: string | undefined): Value {
  const { key, value } = pair;
  if (!isScalar(key)) throw new Error(`below ${path.join('.')}: a key must be a word`);
  const own = [...path, String(key.value)];
  const lines =
    (key.commentBefore ?? above ?? '')
      .split(/\n\s*\n/)
      .at(-1)
      ?.split('\n') ?? [];
  const texts = lines.map(line => line.trim()).filter(line => line !== '');
  const schema = readSchema(
    texts.find(line => line.startsWith(SCHEMA)),
    own,
  );
  const isOneValue = !isMap(value) || 'additionalProperties' in schema || value.flow === true;
  return {
    path: own,
    text: texts.filter(line => !line.startsWith(SCHEMA)).join(' '),
    schema,
    preset: isNode(value) ? value.toJSON() : value,
    values: isOneValue ? undefined : readSection(value, own),
  };
}

function readSchema(line: string | undefined, path: readonly string[]): Schema {
  if (line === undefined) return {};
  const schema: unknown = parse(line.slice(SCHEMA.length));
  if (typeof schema !== 'object' || schema === null)
    throw new Error(`${path.join('.')}: ${line} is no mapping`);
  return Object.fromEntries(Object.entries(schema));
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'toJSON' in value;
}
