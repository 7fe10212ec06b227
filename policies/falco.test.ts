import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { POLICIES } from './generate/rules.ts';

type Item = Readonly<Record<string, unknown>> & {
  readonly list?: string;
  readonly items?: readonly string[];
  readonly macro?: string;
  readonly rule?: string;
  readonly condition?: string;
};

const root = join(POLICIES, '..');
const items: readonly Item[] = parse(readFileSync(join(POLICIES, 'falco/suffrage.yaml'), 'utf8'));
const macros = items.flatMap(({ macro }) => macro ?? []);
const conditions = items.flatMap(({ macro, rule, condition = '' }) =>
  macro || rule ? [{ name: macro ?? rule ?? '', condition }] : [],
);
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const templates = readdirSync(join(root, 'helm/suffrage/templates'), { withFileTypes: true })
  .filter(entry => entry.isFile())
  .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

test('each rule says why, what it prints, how bad it is and whose it is', () => {
  const rules = items.filter(({ rule }) => rule !== undefined);
  expect(rules.length).toBeGreaterThan(5);
  for (const rule of rules) {
    const keys = ['rule', 'desc', 'condition', 'output', 'priority', 'tags'];
    expect(Object.keys(rule)).toEqual(keys);
    expect(['CRITICAL', 'ERROR', 'WARNING']).toContain(rule.priority);
    expect(rule.tags).toContain('suffrage');
    expect(rule.output).toMatch(/%proc\.cmdline.*%k8s\.pod\.name/);
  }
});

/** Names of fields that Falco has, of those that are used here. */
const FIELDS =
  /^(evt\.(type|is_open_write)|proc\.(exepath|args)|fd\.(name|num|sport|typechar|l4proto)|container\.(id|image\.repository))$/;
const WORDS = /^(and|or|not|in|contains|startswith|endswith|host|true|tcp|f|\d+)$/;
const EVENTS = /^(execve|execveat|open|openat|openat2|creat|connect|bind|ptrace)$/;

test.each(conditions)('the condition of $name reads', ({ condition }) => {
  const plain = condition.replaceAll(/"[^"]*"/g, ' ');
  const words = plain.split(/[\s(),=!<>]+/).filter(word => word !== '');
  const known = (word: string) =>
    [FIELDS, WORDS, EVENTS].some(form => form.test(word)) || macros.includes(word);
  expect(words.filter(word => !known(word))).toEqual([]);
  expect(plain.split('(').length).toBe(plain.split(')').length);
});

test('the images are those that the Dockerfile makes, and the services those that serve', () => {
  const targets = [...dockerfile.matchAll(/^FROM (\w+) AS (\w+)$/gm)];
  const madeFrom = (base: string) => targets.filter(([, from]) => from === base).map(([, , name]) => name);
  const lists = Object.fromEntries(items.flatMap(({ list, items: of }) => (list ? [[list, of]] : [])));
  expect(lists.suffrage_services).toEqual(madeFrom('service'));
  expect(lists.suffrage_images).toEqual([
    'suffrage_services',
    ...madeFrom('base').filter(name => name !== 'service'),
  ]);
  const service = conditions.find(({ name }) => name === 'suffrage_service');
  const named = [...(service?.condition ?? '').matchAll(/endswith "\/(\w+)"/g)].map(([, name]) => name);
  expect(named).toEqual(madeFrom('service'));
});

test('each path is one that the images or the chart have', () => {
  const paths = new Set(
    conditions.flatMap(({ condition }) => condition.match(/(?<=["\s])\/(?!\w+")[\w/]+/g) ?? []),
  );
  const ofTheKernel = ['/dev/', '/proc/'];
  const directories = [...paths].filter(path => !ofTheKernel.includes(path));
  expect(directories.length).toBeGreaterThan(5);
  for (const path of directories) {
    const directory = path.replace(/\/(node)?$/, '');
    expect([path, dockerfile.includes(directory) || templates.includes(directory)]).toEqual([path, true]);
  }
});
