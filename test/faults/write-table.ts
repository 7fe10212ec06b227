import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type FaultsReport, loadReport, tableRows } from './report.ts';

/** `node test/faults/write-table.ts && make format`: puts the numbers of out/faults.json into docs/design/zero-loss.md, between its marks. */
const ROOT = resolve(import.meta.dirname, '../..');
const BEGIN = '<!-- the table begins: test/faults/write-table.ts -->';
const END = '<!-- the table ends -->';

function section({ command, startedAt, machine, cases }: FaultsReport): string {
  const ran = cases.filter(({ status }) => status !== 'skipped');
  const sum = (of: (one: (typeof cases)[number]) => number) => ran.reduce((total, one) => total + of(one), 0);
  const totals = [
    `${ran.length} cases run`,
    `${cases.length - ran.length} skipped`,
    `${cases.filter(({ status }) => status === 'failed').length} failed`,
    `${sum(({ kills }) => kills).toLocaleString('en')} kills`,
    `${sum(({ acknowledged }) => acknowledged).toLocaleString('en')} votes acknowledged`,
    `${sum(({ lost }) => lost)} lost`,
    `${sum(({ countedTwice }) => countedTwice)} counted twice`,
  ];
  const where = `${machine.cpus} CPUs, ${machine.memoryGiB} GiB, Node ${machine.node}, ${startedAt.slice(0, 10)}`;
  const [head = [], ...rows] = tableRows(cases);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, column) => (column === 0 || column === 2 ? '---' : '---:')));
  const skipped = cases.flatMap(({ name, reason }) =>
    reason === undefined ? [] : [`- \`${name}\` was skipped: ${reason}.`],
  );
  return [
    `\`${command}\` (${where}): ${totals.join(', ')}.`,
    '',
    line(head),
    rule,
    ...rows.map(line),
    ...(skipped.length > 0 ? ['', ...skipped] : []),
  ].join('\n');
}

const file = resolve(ROOT, 'docs/design/zero-loss.md');
const text = readFileSync(file, 'utf8');
const [before, after] = [text.split(BEGIN)[0], text.split(END)[1]];
if (before === undefined || after === undefined) throw new Error(`${file} has lost its marks`);
const report = loadReport(resolve(ROOT, 'out/faults.json'));
writeFileSync(file, `${before}${BEGIN}\n\n${section(report)}\n\n${END}${after}`);
