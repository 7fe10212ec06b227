import type { Readable } from 'node:stream';
import { type BadRow, badRow, type RowFault } from '@suffrage/contracts/roll';
import { parse } from 'csv-parse';

/** A voter as a manager names one. */
export type Voter = {
  readonly voter: string /** Of the voters' OpenID Connect provider. */;
  readonly subject?: string | undefined;
};
/** `line` of the file, from 1; of a JSON request the place in its list, from 1. */
export type RollRow = Voter & { readonly line: number };
export type ReadRow =
  | { readonly ok: true; readonly row: RollRow }
  | { readonly ok: false; readonly bad: BadRow };

const MAX_VOTER = 200;
const MAX_SUBJECT = 255;
/** A voter and a subject of the longest kind, in UTF-8 and quoted. */
const MAX_RECORD_BYTES = 4_096;

/**
 * Rows of a CSV file (RFC 4180, UTF-8) whose first line names its columns: `voter`, and maybe `subject`. One at a time, so
 * that the file may have any length. Bad rows come out as such, and the reading goes on after them.
 */
export async function* readRollCsv(source: Readable): AsyncGenerator<ReadRow> {
  const skipped: BadRow[] = [];
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD_BYTES,
    on_skip: error =>
      void skipped.push(badRow(Number(error && 'lines' in error ? error.lines : 0), 'csv-invalid')),
  });
  // A source that breaks off ends the reading with its error.
  source.once('error', error => parser.destroy(error));
  source.pipe(parser);
  let columns: Columns | undefined;
  for await (const { record, info } of parser as AsyncIterable<Parsed>) {
    yield* skipped.splice(0).map(asRead);
    if (columns) {
      yield readColumns(record, columns, info.lines);
      continue;
    }
    columns = readHeader(record);
    if (!columns) {
      yield refused(info.lines, 'header-invalid');
      return;
    }
  }
  yield* skipped.splice(0).map(asRead);
  if (!columns) yield refused(1, 'file-empty');
}

export function* readRollList(voters: readonly Voter[]): Generator<ReadRow> {
  for (const [place, { voter, subject }] of voters.entries()) yield checkRow(voter, subject, place + 1);
}

type Parsed = { readonly record: readonly string[]; readonly info: { readonly lines: number } };
type Columns = { readonly count: number; readonly voter: number; readonly subject: number };

const asRead = (bad: BadRow): ReadRow => ({ ok: false, bad });
const refused = (line: number, code: RowFault, values: BadRow['values'] = {}): ReadRow =>
  asRead(badRow(line, code, values));

function readHeader(record: readonly string[]): Columns | undefined {
  const names = record.map(name => name.trim().toLowerCase());
  const known = names.every(name => name === 'voter' || name === 'subject');
  if (!known || new Set(names).size !== names.length || !names.includes('voter')) return undefined;
  return { count: names.length, voter: names.indexOf('voter'), subject: names.indexOf('subject') };
}

function readColumns(record: readonly string[], columns: Columns, line: number): ReadRow {
  if (record.length !== columns.count)
    return refused(line, 'columns-differ', { count: record.length, expected: columns.count });
  return checkRow(record[columns.voter] ?? '', record[columns.subject], line);
}

/**
 * The one spelling of an identity: Unicode's compatible forms are composed (NFKC: full-width letters, ligatures, all kinds of
 * space), runs of space are one, and none is around it. Letters of other scripts that look alike stay different.
 */
export function identityOf(text: string): string {
  return text.normalize('NFKC').replaceAll(/\s+/gu, ' ').trim();
}

function checkRow(voterText: string, subjectText: string | undefined, line: number): ReadRow {
  // Before spaces are made one: a tab is a control character, too.
  if (holdsControl(voterText.trim())) return refused(line, 'control-character', { column: 'voter' });
  const voter = identityOf(voterText);
  const subject = subjectText?.trim();
  if (voter === '') return refused(line, 'voter-missing');
  return (
    wrongText(line, 'voter', voter, MAX_VOTER) ??
    (subject ? wrongText(line, 'subject', subject, MAX_SUBJECT) : undefined) ?? {
      ok: true,
      row: { line, voter, ...(subject ? { subject } : {}) },
    }
  );
}

const holdsControl = (text: string) => /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

function wrongText(line: number, column: string, text: string, most: number): ReadRow | undefined {
  if (text.length > most) return refused(line, 'too-long', { column, most });
  if (holdsControl(text)) return refused(line, 'control-character', { column });
  const hidden = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.exec(text)?.[0];
  if (hidden) return refused(line, 'hidden-character', { column, character: codePoint(hidden) });
  // What could not be decoded shows as U+FFFD.
  if (text.includes('\uFFFD') || !text.isWellFormed()) return refused(line, 'not-utf8', { column });
  return undefined;
}

const codePoint = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
