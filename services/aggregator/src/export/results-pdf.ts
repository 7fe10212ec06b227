import { createRequire } from 'node:module';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { ResultsDocument } from '@suffrage/contracts/official';
import { statementHash } from '@suffrage/contracts/signed-statement';
import PdfKit from 'pdfkit';
import { languageOf, type Since, textOf, textsBeside, turnoutOf } from './texts.ts';

const require = createRequire(import.meta.url);
/** Latin, Greek, Cyrillic and more; embedded, so that every reader shows the same. */
const REGULAR = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');
const BOLD = require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf');

/** Has the file say what it conforms to. The types of the library do not know it yet. */
const PDF_UA: object = { subset: 'PDF/UA' };

const MARGIN = 56;
const BAR_HEIGHT = 10;
const BAR_ROW = 30;
const TABLE_ROW = 16;
const VOTES_COLUMN = 90;
/** Contrast 7:1 and more on white. */
const INK = '#1a1a1a';
const BAR = '#1f4e79';

type Document = InstanceType<typeof PdfKit>;
type Structure = ReturnType<Document['struct']>;
type Row = { readonly label: string; readonly votes: number };

/**
 * The results to read and to print: each contest with a bar chart and a table. Tagged for screen readers (PDF/UA): headings,
 * paragraphs, tables with header cells, and charts as figures that say their numbers.
 */
export function resultsPdf(
  definition: ElectionDefinition,
  results: ResultsDocument,
  since: Since = {},
): Promise<Buffer> {
  const language = languageOf(definition.title);
  const title = textOf(definition.title, language);
  const document = new PdfKit({
    size: 'A4',
    margin: MARGIN,
    pdfVersion: '1.7',
    tagged: true,
    ...PDF_UA,
    lang: language,
    displayTitle: true,
    font: REGULAR,
    info: { Title: `Results: ${title}`, CreationDate: new Date(results.statedAt) },
  });
  const bytes = collect(document);
  const root = document.struct('Document');
  document.addStructure(root);
  heading(document, root, 'H1', `Results: ${title}`, 20);
  for (const text of textsBeside(definition, since)) paragraph(document, root, text);
  paragraph(document, root, `${number(results.counted)} votes counted. ${turnout(results)}`);
  paragraph(document, root, `Open from ${results.opensAt} to ${results.closesAt} (UTC).`);
  if (results.contests === null)
    paragraph(document, root, 'So few votes were counted that the totals stay hidden.');
  for (const [place, contest] of (results.contests ?? []).entries()) {
    const defined = definition.contests[place];
    const rows = contest.options.map((option, index) => ({
      label: textOf(defined?.options[index]?.title ?? {}, language) || option.id,
      votes: option.votes,
    }));
    makeRoom(document, 3 * BAR_ROW);
    heading(document, root, 'H2', defined ? textOf(defined.title, language) : contest.id, 14);
    chart(document, root, rows);
    table(document, root, [
      ...rows,
      { label: 'Marks not made', votes: contest.undervotes },
      { label: 'Blank votes', votes: contest.blank },
    ]);
  }
  paragraph(
    document,
    root,
    `Stated ${results.statedAt}. SHA-256 of the signed document: ${statementHash(results)}`,
  );
  root.end();
  document.end();
  return bytes;
}

function collect(document: Document): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  document.on('end', () => resolve(Buffer.concat(chunks)));
  document.on('error', reject);
  return promise;
}

function turnout(results: ResultsDocument): string {
  const known = turnoutOf(results);
  return known ? `${number(known.of)} ${known.words}: ${known.percent} %.` : '';
}

function heading(document: Document, root: Structure, tag: 'H1' | 'H2', text: string, size: number): void {
  const draw = () => {
    document.font(BOLD).fontSize(size).fillColor(INK).text(text, MARGIN);
  };
  root.add(document.struct(tag, {}, draw));
  document.moveDown(0.5);
}

function paragraph(document: Document, root: Structure, text: string): void {
  root.add(
    document.struct('P', {}, () => {
      document.font(REGULAR).fontSize(10).fillColor(INK).text(text, MARGIN);
    }),
  );
  document.moveDown(0.5);
}

/** A bar under each label; on several pages, if it must. The table beside it has the numbers as well. */
function chart(document: Document, root: Structure, rows: readonly Row[]): void {
  const most = Math.max(1, ...rows.map(({ votes }) => votes));
  const width = document.page.width - 2 * MARGIN - VOTES_COLUMN;
  for (const part of pages(document, rows)) {
    const alt = `Bar chart: ${part.map(({ label, votes }) => `${label} ${number(votes)}`).join(', ')}`;
    root.add(
      document.struct('Figure', { alt }, () => {
        for (const { label, votes } of part) {
          const top = document.y;
          document.font(REGULAR).fontSize(9).fillColor(INK);
          document.text(label, MARGIN, top, { width, height: 12, ellipsis: true, lineBreak: true });
          const length = Math.max(1, (width * votes) / most);
          document.rect(MARGIN, top + 13, length, BAR_HEIGHT).fill(BAR);
          document.fillColor(INK).text(number(votes), MARGIN + length + 6, top + 13, { lineBreak: false });
          document.y = top + BAR_ROW;
        }
      }),
    );
  }
}

/** Rows that fit on what is left of this page, then those of each further page. */
function* pages(document: Document, rows: readonly Row[]): Generator<readonly Row[], void> {
  for (let from = 0; from < rows.length; ) {
    makeRoom(document, BAR_ROW);
    const fitting = Math.floor((bottomOf(document) - document.y) / BAR_ROW);
    yield rows.slice(from, from + fitting);
    from += fitting;
  }
}

function table(document: Document, root: Structure, rows: readonly Row[]): void {
  const structure = document.struct('Table');
  root.add(structure);
  const add = (tag: 'TH' | 'TD', font: string, label: string, votes: string) => {
    makeRoom(document, TABLE_ROW);
    const top = document.y;
    const width = document.page.width - 2 * MARGIN;
    document.font(font).fontSize(9).fillColor(INK);
    const line = document.struct('TR');
    structure.add(line);
    line.add(
      document.struct('TH', {}, () => {
        document.text(label, MARGIN, top, { width: width - VOTES_COLUMN, height: 12, ellipsis: true });
      }),
    );
    line.add(
      document.struct(tag, {}, () => {
        document.text(votes, MARGIN + width - VOTES_COLUMN, top, { width: VOTES_COLUMN, align: 'right' });
      }),
    );
    line.end();
    document.y = top + TABLE_ROW;
  };
  add('TH', BOLD, 'Option', 'Votes');
  for (const { label, votes } of rows) add('TD', REGULAR, label, number(votes));
  structure.end();
  document.moveDown();
}

function makeRoom(document: Document, height: number): void {
  if (document.y + height > bottomOf(document)) document.addPage();
}

function bottomOf({ page }: Document): number {
  return page.height - MARGIN;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
