/** Why a row of a roll can't be taken, in English; names in braces are `values` of the row. */
export const rowFaults = {
  'csv-invalid': 'is not valid CSV',
  'header-invalid': 'the first line must name the columns: voter, or voter,subject',
  'file-empty': 'the file is empty',
  'columns-differ': 'has {count} columns, the first line {expected}',
  'voter-missing': 'has no voter',
  'too-long': '{column} is longer than {most} characters',
  'control-character': '{column} holds a control character',
  // Two voters would look the same, and whoever reads the roll could not tell them apart.
  'hidden-character': '{column} holds a character that can not be seen ({character}): remove it',
  'not-utf8': '{column} is not UTF-8',
  'voter-repeated': 'repeats the voter of line {first}',
  'subject-repeated': 'repeats the subject of line {first}',
  'subject-taken': 'has the subject of another voter on the roll',
} as const;

export type RowFault = keyof typeof rowFaults;
type Values = Readonly<Record<string, string | number>>;

/** `line` of the file, from 1; of a JSON request the place in its list, from 1. `code` and `values` are for other languages. */
export type BadRow = {
  readonly line: number;
  readonly code: RowFault;
  readonly values: Values;
  readonly reason: string;
};

export function badRow(line: number, code: RowFault, values: Values = {}): BadRow {
  const reason = rowFaults[code].replaceAll(/\{(\w+)\}/g, (_name, name: string) => String(values[name]));
  return { line, code, values, reason };
}
