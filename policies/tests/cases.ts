import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document, parse } from 'yaml';

/** One case of data/cases: an object with changes, and what a rule says of it; without `says` nothing. */
export type Case = {
  readonly rule: string;
  readonly name: string;
  readonly of: string;
  readonly patch?: readonly Operation[];
  readonly says?: string;
};
type Operation = {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
};

const DATA = join(import.meta.dirname, 'data');

function readAll<Content>(directory: string): Readonly<Record<string, Content>> {
  const files = readdirSync(join(DATA, directory)).toSorted();
  return Object.assign({}, ...files.map(file => parse(readFileSync(join(DATA, directory, file), 'utf8'))));
}

export function readCases(): Case[] {
  return Object.entries(readAll<readonly Omit<Case, 'rule'>[]>('cases')).flatMap(([rule, cases]) =>
    cases.map(one => ({ rule, ...one })),
  );
}

const fixtures = readAll<object>('fixtures');

/** The case's object with its changes (those operations of RFC 6902 that the cases use). */
export function changed({ of, patch = [] }: Case): object {
  const document = new Document(fixtures[of]);
  if (document.contents === null) throw new Error(`there is no fixture ${of}`);
  for (const { op, path, value } of patch) {
    const steps = path.slice(1).split('/').map(readStep);
    if (op === 'remove') document.deleteIn(steps);
    else if (steps.at(-1) === '-') document.addIn(steps.slice(0, -1), document.createNode(value));
    else document.setIn(steps, document.createNode(value));
  }
  return document.toJS();
}

const readStep = (step: string) => step.replaceAll('~1', '/').replaceAll('~0', '~');
