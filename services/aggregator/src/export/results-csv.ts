import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { ResultsDocument } from '@suffrage/contracts/official';
import { type Since, textOf, textsBeside, turnoutOf } from './texts.ts';

/** RFC 4180: one line for each option, then what was not marked; without totals where they are hidden. */
export function resultsCsv(
  definition: ElectionDefinition,
  results: ResultsDocument,
  since: Since = {},
): string {
  const { counted, contests, issued } = results;
  const rows: (string | number)[][] = [['contest', 'contest title', 'option', 'option title', 'votes']];
  for (const [place, { id, options, undervotes, blank }] of (contests ?? []).entries()) {
    const contest = definition.contests[place];
    const title = contest ? textOf(contest.title) : id;
    for (const [index, option] of options.entries()) {
      const defined = contest?.options[index];
      rows.push([id, title, option.id, defined ? textOf(defined.title) : option.id, option.votes]);
    }
    rows.push([id, title, '', 'marks not made', undervotes], [id, title, '', 'blank votes', blank]);
  }
  rows.push(['', '', '', 'votes counted', counted]);
  const turnout = turnoutOf(results);
  if (issued) rows.push(['', '', '', 'tokens given', issued.issued]);
  if (issued?.roll !== undefined) rows.push(['', '', '', 'voters on the roll', issued.roll]);
  if (turnout) rows.push(['', '', '', `turnout in percent of ${turnout.words}`, turnout.percent]);
  for (const text of textsBeside(definition, since)) rows.push(['', '', '', text, '']);
  return rows.map(row => `${row.map(cell).join(',')}\r\n`).join('');
}

/** What a spreadsheet would take for a formula is text for it. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
