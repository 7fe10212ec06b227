import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Value } from './read-values.ts';

/** The chart's README: its introduction (helm/generate/introduction.text), then each value with what it is and its default. */
export function printReadme(values: readonly Value[]): string {
  const introduction = readFileSync(join(import.meta.dirname, 'introduction.text'), 'utf8');
  const single = values.filter(value => !value.values);
  const sections = values.filter(value => value.values).map(printSection);
  return [introduction, '## Values\n', table(single), ...sections].join('\n');
}

function printSection(value: Value): string {
  const { path, text } = value;
  return `### ${path.join('.')}\n\n${text === '' ? '' : `${text}\n\n`}${table(leaves(value))}`;
}

function leaves(value: Value): Value[] {
  return value.values ? value.values.flatMap(leaves) : [value];
}

function table(values: readonly Value[]): string {
  const rows = values.map(({ path, text, schema, preset }) => {
    const choices = Array.isArray(schema.enum) ? ` One of ${schema.enum.map(quote).join(', ')}.` : '';
    const columns = [`\`${path.join('.')}\``, quote(preset), escape(text) + choices];
    return `| ${columns.join(' | ')} |`;
  });
  return ['| value | default | what it is |', '|---|---|---|', ...rows, ''].join('\n');
}

const quote = (value: unknown): string => `\`${escape(JSON.stringify(value))}\``;
const escape = (text: string): string => text.replaceAll('|', '\\|');
