import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';

/** A voter as a manager names one. */
export type Voter = {
  readonly voter: string /** Of the voters' OpenID Connect provider. */;
  readonly subject?: string | undefined;
};
/** `line` of the file, from 1; of a JSON request the place in its list, from 1. */
export type RollRow = Voter & { readonly line: number };
export type BadRow = { readonly line: number; readonly reason: string };
export type ReadRow = { readonly ok: true; readonly row: RollRow } | ({ readonly ok: false } & BadRow);

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
      void skipped.push({
        line: Number(error && 'lines' in error ? error.lines : 0),
        reason: 'is not valid CSV',
      }),
  });
  // A source that breaks off ends the reading with its error.
  source.once('error', error => parser.destroy(error));
  source.pipe(parser);
  let columns: Columns | undefined;
  for await (const { record, info } of parser as AsyncIterable<Parsed>) {
    yield* skipped.splice(0).map(refused);
    if (columns) {
      yield readColumns(record, columns, info.lines);
      continue;
    }
    columns = readHeader(record);
    if (!columns) {
      yield refused({
        line: info.lines,
        reason: 'the first line must name the columns: voter, or voter,subject',
      });
      return;
    }
  }
  yield* skipped.splice(0).map(refused);
  if (!columns) yield refused({ line: 1, reason: 'the file is empty' });
}

export function* readRollList(voters: readonly Voter[]): Generator<ReadRow> {
  for (const [place, { voter, subject }] of voters.entries()) yield checkRow(voter, subject, place + 1);
}

type Parsed = { readonly record: readonly string[]; readonly info: { readonly lines: number } };
type Columns = { readonly count: number; readonly voter: number; readonly subject: number };

const refused = (row: BadRow): ReadRow => ({ ok: false, ...row });

function readHeader(record: readonly string[]): Columns | undefined {
  const names = record.map(name => name.trim().toLowerCase());
  const known = names.every(name => name === 'voter' || name === 'subject');
  if (!known || new Set(names).size !== names.length || !names.includes('voter')) return undefined;
  return { count: names.length, voter: names.indexOf('voter'), subject: names.indexOf('subject') };
}

function readColumns(record: readonly string[], columns: Columns, line: number): ReadRow {
  if (record.length !== columns.count)
    return refused({ line, reason: `has ${record.length} columns, the first line ${columns.count}` });
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
  const control = controlIn(voterText, 'voter');
  if (control) return refused({ line, reason: control });
  const voter = identityOf(voterText);
  const subject = subjectText?.trim();
  if (voter === '') return refused({ line, reason: 'has no voter' });
  const wrong =
    wrongText(voter, 'voter', MAX_VOTER) ?? (subject && wrongText(subject, 'subject', MAX_SUBJECT));
  return wrong
    ? refused({ line, reason: wrong })
    : { ok: true, row: { line, voter, ...(subject ? { subject } : {}) } };
}

/** Before spaces are made one: a tab is a control character, too. */
function controlIn(text: string, name: string): string | undefined {
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text.trim()) ? `${name} holds a control character` : undefined;
}

function wrongText(text: string, name: string, most: number): string | undefined {
  if (text.length > most) return `${name} is longer than ${most} characters`;
  const control = controlIn(text, name);
  if (control) return control;
  const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.exec(text)?.[0];
  // Two voters would look the same, and whoever reads the roll could not tell them apart.
  if (invisible) return `${name} holds a character that can not be seen (${codePoint(invisible)}): remove it`;
  // What could not be decoded shows as U+FFFD.
  if (text.includes('\uFFFD') || !text.isWellFormed()) return `${name} is not UTF-8`;
  return undefined;
}

const codePoint = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
