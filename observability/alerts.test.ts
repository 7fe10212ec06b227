import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { readMetrics } from './reference/read-metrics.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const ruleSchema = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['page', 'ticket']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const alertFileSchema = z.strictObject({
  groups: z.tuple([z.strictObject({ name: z.string(), rules: z.tuple([ruleSchema]) })]),
});
const testFileSchema = z.object({
  tests: z.array(
    z.object({
      name: z.string(),
      promql_expr_test: z.array(z.object({ exp_samples: z.array(z.unknown()) })),
    }),
  ),
});

const names = readdirSync(join(ROOT, 'observability/alerts')).map(file => file.replace(/\.yaml$/, ''));

/** Of exporters that are not ours. */
const FOREIGN = [
  'up',
  'certmanager_certificate_expiration_timestamp_seconds',
  'probe_ssl_earliest_cert_expiry',
];
const known = new Set([
  ...FOREIGN,
  ...readMetrics().flatMap(({ metrics }) =>
    metrics.flatMap(({ name, type }) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  ),
]);
const metricsIn = (text: string) =>
  [...text.matchAll(/\b(?:suffrage|certmanager|probe)_[a-z0-9_]+\b/g)].map(([name]) => name);

describe.each(names)('alert %s', name => {
  const [group] = alertFileSchema.parse(parse(read(`observability/alerts/${name}.yaml`))).groups;
  const [rule] = group.rules;

  test('has a file of its own name and asks for metrics that exist', () => {
    expect(rule.alert).toBe(name);
    expect(metricsIn(rule.expr).filter(metric => !known.has(metric))).toEqual([]);
  });

  test('has a test in which it fires and one in which it does not', () => {
    const { tests } = testFileSchema.parse(parse(read(`observability/alert-tests/${name}.test.yaml`)));
    const firing = tests.map(({ promql_expr_test: [first] }) => (first?.exp_samples.length ?? 0) > 0);
    expect(new Set(firing)).toEqual(new Set([true, false]));
  });

  test('has a runbook whose commands exist', () => {
    expect(rule.annotations.runbook_url).toBe(`docs/runbooks/${name}.md`);
    const runbook = read(rule.annotations.runbook_url);
    const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(sections).toEqual(['Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
    const commands = [...runbook.matchAll(/```sh\n(?<command>[\s\S]*?)```/g)].map(
      match => match.groups?.command ?? '',
    );
    expect(commands).not.toEqual([]);
    for (const command of commands) expectCommand(command);
    for (const [, linked = ''] of runbook.matchAll(/\]\((\w+\.md)\)/g))
      expect([linked, existsSync(join(ROOT, 'docs/runbooks', linked))]).toEqual([linked, true]);
  });
});

const makefile = read('Makefile');
const targets = new Set([...makefile.matchAll(/^([a-z-]+):/gm)].map(([, target = '']) => target));
/** What an operator has anyway. */
const PROGRAMS = new Set(['curl', 'grep', 'cat', 'tail', 'openssl', 'kubectl', 'for', 'do', 'done']);

function expectCommand(text: string): void {
  for (const part of text.split(/[|;\n]/).map(each => each.trim())) {
    if (part === '') continue;
    const words = part.split(/\s+/);
    const [program = '', target = ''] = words[0] === 'do' ? words.slice(1) : words;
    if (program === 'make') expect([target, targets.has(target)]).toEqual([target, true]);
    else if (!part.startsWith("'"))
      expect([program, PROGRAMS.has(program) || isPattern(part, text)]).toEqual([program, true]);
  }
  for (const [, pattern = ''] of text.matchAll(/grep -?\w* ?'\^?(\(?suffrage_[^']*)'/g))
    expect([pattern, [...known].some(name => new RegExp(`^${pattern}`).test(name))]).toEqual([pattern, true]);
}

/** A bar within quotes is no pipe. */
const isPattern = (part: string, text: string) => new RegExp(`'[^']*${escape(part)}`).test(text);
const escape = (part: string) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
