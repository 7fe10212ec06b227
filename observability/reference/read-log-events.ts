import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';

export type LogEvent = {
  readonly level: string;
  readonly message: string;
  /** Names of the fields beside those that every event has. */
  readonly fields: readonly string[];
  readonly source: string;
};

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['libs/runtime/src/**/*.ts', 'services/*/src/**/*.ts', 'web/server/**/*.ts'];
const LEVELS = new Set(['debug', 'info', 'warn', 'error', 'fatal']);

/** Every call of a logger in the services, in the order of files and lines. */
export function readLogEvents(): LogEvent[] {
  const files = SOURCES.flatMap(pattern => globSync(pattern, { cwd: ROOT })).filter(
    file => !file.endsWith('.test.ts') && !file.includes('/generated/'),
  );
  return files.toSorted().flatMap(readFile);
}

/** A node of swc's tree, as far as it is looked at here. */
type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;
const child = (node: unknown, name: string): unknown => (isNode(node) ? node[name] : undefined);

function readFile(source: string): LogEvent[] {
  const tree = parseSync(readFileSync(join(ROOT, source), 'utf8'), {
    syntax: 'typescript',
    target: 'es2024',
  });
  const nodes = [...walk(tree)];
  return nodes.flatMap(node => {
    const level = levelOf(node);
    return level === undefined ? [] : [{ level, ...readCall(node, nodes, source), source }];
  });
}

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const each of value) yield* walk(each);
  else if (isNode(value)) {
    yield value;
    for (const each of Object.values(value)) yield* walk(each);
  }
}

/** Of calls such as `log.warn(…)`, `options.log.warn(…)` and `request.log.warn(…)`. */
function levelOf(node: Node): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const level = child(child(node.callee, 'property'), 'value');
  const object = child(node.callee, 'object');
  const logger = child(object, 'value') ?? child(child(object, 'property'), 'value');
  return logger === 'log' && typeof level === 'string' && LEVELS.has(level) ? level : undefined;
}

function readCall(call: Node, nodes: readonly Node[], source: string): Pick<LogEvent, 'message' | 'fields'> {
  const given = Array.isArray(call.arguments)
    ? call.arguments.map((each: unknown) => child(each, 'expression'))
    : [];
  const text = given.at(-1);
  const fields = given.length > 1 ? fieldsOf(given[0], nodes) : [];
  const message = child(text, 'value');
  if (child(text, 'type') === 'StringLiteral' && typeof message === 'string') return { message, fields };
  if (child(text, 'type') === 'Identifier') return { message: '(what the client library says)', fields };
  throw new Error(
    `an event in ${source} has a message that is made up: write it out, so that it can be searched for`,
  );
}

/** Names in an object; those of a variable are looked for where it is declared. */
function fieldsOf(value: unknown, nodes: readonly Node[]): string[] {
  if (child(value, 'type') === 'Identifier') {
    const name = child(value, 'value');
    const declared = nodes.find(
      node => node.type === 'VariableDeclarator' && child(node.id, 'value') === name,
    );
    const init = child(declared, 'init');
    if (child(init, 'type') === 'ObjectExpression') return fieldsOf(init, nodes);
    throw new Error(`the fields of an event come from ${String(name)}: name them in the call`);
  }
  const properties = child(value, 'properties');
  if (!Array.isArray(properties)) return [];
  return properties.flatMap((property: unknown) => {
    if (child(property, 'type') === 'SpreadElement') return fieldsOf(child(property, 'arguments'), nodes);
    const name = child(child(property, 'key'), 'value') ?? child(property, 'value');
    return typeof name === 'string' ? [name] : [];
  });
}
