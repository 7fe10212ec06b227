import type { OfficialKind } from '@suffrage/contracts/official';
import type { Finding } from './findings.ts';
import type { AuditReport, Counts, PartitionReport } from './report.ts';

const number = (value: number) => value.toLocaleString('en-US');
const plural = (value: number, one: string, many = `${one}s`) =>
  `${number(value)} ${value === 1 ? one : many}`;

/** Elections named in one line. */
const NAMED = 5;

/** The whole report as text: what was read, the table, and the verdict with what is wrong. */
export function printReport(report: AuditReport, options: { readonly partitions: boolean }): string {
  const { topic, partitions, shards, databases } = report;
  const size = [
    plural(partitions.length, 'partition'),
    plural(shards, 'shard'),
    plural(databases.length, 'database'),
  ].join(', ');
  const parts = [`Audit of topic ${topic}: ${size}`, totalsTable(report.totals)];
  if (options.partitions) parts.push(partitionsTable(partitions));
  parts.push(claims(report), verdict(report));
  return `${parts.join('\n\n')}\n`;
}

/** What the verdict does not cover. */
function claims(report: AuditReport): string {
  const { receipts, signatures, published, issued, actions, actionsUnchecked, official, votes } = report;
  const { journals, supplied, hold, intents } = receipts;
  const lines = [
    journals === 0
      ? 'Receipts: none supplied, so nothing is said of INV-1 (acknowledged votes are on the log) and INV-8'
      : `Receipts: ${number(supplied)} supplied in ${plural(journals, 'journal')} (${plural(intents, 'intent')}), ${number(hold)} hold; INV-1 and INV-8 are claimed for these`,
  ];
  lines.push(
    published === 0
      ? 'Published: not compared, so nothing is said of what an aggregator shows'
      : `Published: the results of ${plural(published, 'election')} compared; INV-5 is claimed of what is shown, too`,
  );
  const stated = Object.values(issued);
  lines.push(
    stated.length === 0
      ? 'Issued: no signed count of the registrar supplied, so nothing is said of how many tokens were given'
      : `Issued: ${number(stated.length)} of ${plural(new Set([...Object.keys(votes), ...Object.keys(issued)]).size, 'election')} with the registrar's signed count, ${number(stated.filter(({ exact }) => exact).length)} of them exact; counted ≤ issued ≤ roll is claimed for these`,
  );
  lines.push(actionsLine(actions, actionsUnchecked));
  const elections = Object.values(official);
  if (elections.length > 0) {
    const having = (kind: OfficialKind) => elections.filter(kinds => kinds.includes(kind)).length;
    lines.push(
      `Official: ${plural(having('zero-report'), 'zero report')}, ${number(having('results'))} signed results, ${plural(having('seal'), 'seal')}`,
    );
  }
  if (!signatures) lines.push('Tokens: not verified, so nothing is said of INV-3');
  return lines.join('\n');
}

function actionsLine(actions: AuditReport['actions'], unchecked: AuditReport['actionsUnchecked']): string {
  const recorded = Object.values(actions);
  if (recorded.length === 0) return 'Actions: no record of managers supplied, so nothing is said of INV-14';
  const entries = recorded.reduce((sum, each) => sum + each, 0);
  const shown = unchecked.slice(0, NAMED).join(', ') + (unchecked.length > NAMED ? ', …' : '');
  const rest = unchecked.length === 0 ? '' : `, not for ${number(unchecked.length)} others: ${shown}`;
  return `Actions: the record of ${plural(recorded.length, 'election')} supplied (${plural(entries, 'action')}); INV-14 is claimed for these${rest}`;
}

function totalsTable(totals: Counts): string {
  const codes = Object.entries(totals.rejectedByCode).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return table([
    ['records', number(totals.records)],
    ['  counted', number(totals.counted)],
    ['  superseded', number(totals.superseded)],
    ['  older-revision', number(totals.olderRevision)],
    ['  duplicate', number(totals.duplicate)],
    ['  rejected', number(totals.rejected)],
    ...codes.map(([code, rejected]) => [`    ${code}`, number(rejected)]),
    ['  quarantined', number(totals.quarantined)],
    ['  missing', number(totals.missing)],
    ['  not yet processed', number(totals.notYetProcessed)],
    ['extra', number(totals.extra)],
    ['different', number(totals.different)],
  ]);
}

function partitionsTable(partitions: readonly PartitionReport[]): string {
  const heads =
    'partition,records,counted,superseded,older,duplicate,rejected,quarantined,missing,extra,different,lag';
  return table([
    heads.split(','),
    ...partitions.map(counts =>
      [
        counts.partition,
        counts.records,
        counts.counted,
        counts.superseded,
        counts.olderRevision,
        counts.duplicate,
        counts.rejected,
        counts.quarantined,
        counts.missing,
        counts.extra,
        counts.different,
        counts.notYetProcessed,
      ].map(number),
    ),
  ]);
}

/** First column to the left, the others to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows
    .map(row =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function verdict({ totals, findings, balances }: AuditReport): string {
  if (balances) return `The audit balances: ${equation(totals)}; 0 findings`;
  const kinds = Object.entries(findings.byKind).map(([kind, times]) => `${number(times)} ${kind}`);
  const lines = findings.first.map(finding => `  ${findingLine(finding)}`);
  const more = findings.total - findings.first.length;
  if (more > 0) lines.push(`  and ${number(more)} more`);
  return [
    `The audit does not balance: ${plural(findings.total, 'finding')} (${kinds.join(', ')})`,
    ...lines,
  ].join('\n');
}

function equation(totals: Counts): string {
  const { counted, superseded, notYetProcessed } = totals;
  const notCounted = totals.olderRevision + totals.duplicate + totals.rejected + totals.quarantined;
  const terms = [`${number(counted)} counted`];
  if (superseded > 0) terms.push(`${number(superseded)} superseded`);
  terms.push(`${number(notCounted)} not counted`);
  if (notYetProcessed > 0) terms.push(`${number(notYetProcessed)} not yet processed`);
  return `${plural(totals.records, 'record')} = ${terms.join(' + ')}`;
}

function findingLine({ kind, invariant, message, ...place }: Finding): string {
  const where = [
    place.partition === undefined ? undefined : `partition ${place.partition}`,
    place.offset === undefined ? undefined : `offset ${place.offset}`,
    place.electionId === undefined ? undefined : `election ${place.electionId}`,
    place.voteId === undefined ? undefined : `vote ID ${place.voteId}`,
    place.database === undefined ? undefined : `database ${place.database}`,
  ].filter(part => part !== undefined);
  return `${invariant} ${kind}: ${message}${where.length === 0 ? '' : ` [${where.join(', ')}]`}`;
}
