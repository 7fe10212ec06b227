import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createElectionBook, type ElectionBook } from '@suffrage/contracts/election-book';
import { topicNames } from '@suffrage/contracts/topics';
import { type Case, type Evidence, findOwners, openCase, processedBelow, type Source } from './case.ts';
import { type ActionsSource, compareActions } from './compare-actions.ts';
import { compareOfficial, type OfficialEvidence } from './compare-official.ts';
import { compareResults } from './compare-results.ts';
import { compareIssued } from './compare-issued.ts';
import { createFindings } from './findings.ts';
import { closeCase } from './judge.ts';
import { takeOutsideRow } from './match-rows.ts';
import { openViews, type Views } from './open-views.ts';
import type { AuditProgress } from './progress.ts';
import type { PartitionRange } from './ranges.ts';
import type { DatabaseView } from './read-database.ts';
import { openJournal } from './read-journal.ts';
import { type LogReader, openLogReader } from './read-log.ts';
import { type AuditReport, makeReport } from './report.ts';
import { judgeAll, readAll, readJournals } from './run-stages.ts';
import { startThreads, type Threads } from './run-tasks.ts';
import type { ElectionsRecord } from './tasks.ts';

export type AuditOptions = {
  readonly brokers: readonly string[];
  /** The votes databases: one for each shard, or one for several shards (a repeated URL is read once). */
  readonly databaseUrls: readonly string[];
  readonly namespace: string;
  readonly onProgress?: (progress: AuditProgress) => void;
  /** Whether tokens are verified, by far the most of the work; default true. */
  readonly signatures?: boolean;
  /** Files of receipts, as clients kept them: see `receipts.ts`. */
  readonly journals?: readonly string[];
  /** What an aggregator has published is compared as well. */
  readonly published?: Source;
  /** Where the registrar's signed counts of issued tokens are had from. */
  readonly issued?: readonly Source[];
  /** Files of earlier reports, signed, that addenda to official results must name. */
  readonly namedReports?: readonly string[];
  /** Where the record of managers' actions is had from. */
  readonly actions?: readonly ActionsSource[];
  /** Where sorted files are kept meanwhile, 344 bytes for each record; default the system's directory for such. */
  readonly scratch?: string;
  /** How long to wait until every record that is there by now has been processed; default 0. Then the audit is made either way. */
  readonly waitMillis?: number;
};

/**
 * Reads the whole log and every votes database, and holds one against the other. Changes nothing anywhere. What does not
 * balance is in the report, never thrown. Uses all cores, and memory that does not grow with the log: what has to be
 * brought together is sorted on disk.
 * @throws Error when the audit could not be made: brokers or databases don't answer, or the topics are not prepared.
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const { namespace, onProgress = () => undefined, signatures = true } = options;
  const begun = performance.now();
  const startedAt = new Date().toISOString();
  const topics = topicNames(namespace);
  // What a journal holds by now lies below the ends of the log that are asked for later.
  const journals = (options.journals ?? []).map(openJournal);
  const reports = (options.namedReports ?? []).map(file => ({ file, bytes: readFileSync(file) }));
  const directory = mkdtempSync(join(options.scratch ?? tmpdir(), 'suffrage-audit-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const log = openLogReader(options.brokers);
  let views: readonly DatabaseView[] = [];
  let threads: Threads | undefined;
  try {
    const opened = await openViews(options, log, onProgress);
    views = opened.views;
    const elections = await readElections(log, topics.elections);
    const { evidence, theCase, closingOf } = openEvidence(opened, elections, topics.elections, signatures);
    threads = startThreads({
      ...evidence,
      topic: topics.votes,
      elections,
      views: views.map(({ url, snapshot }) => ({ url, snapshot })),
      directory,
    });
    const receipts = await readJournals(theCase, threads, journals, onProgress);
    const runs = await readAll(theCase, threads, { log, topic: topics.votes, views, receipts, onProgress });
    await judgeAll(theCase, threads, runs, onProgress);
    await readRest(theCase, views);
    const official = await compareOfficial(theCase, { ...(await readOfficial(views)), closingOf, reports });
    const version = views.reduce((sum, view) => sum + view.version, 0);
    const published = options.published ? await compareResults(theCase, options.published, version) : 0;
    // Asked for after the databases' moment: counts only grow.
    const issued = await compareIssued(theCase, options.issued ?? []);
    const actions = await compareActions(theCase, options.actions ?? []);
    const seconds = Math.round(performance.now() - begun) / 1000;
    return makeReport(theCase, {
      topic: topics.votes,
      startedAt,
      seconds,
      journals: journals.length,
      published,
      issued,
      actions: actions.checked,
      actionsUnchecked: actions.unchecked,
      official,
    });
  } finally {
    await Promise.allSettled([threads?.close(), log.close(), ...views.map(view => view.close())]);
    process.off('exit', remove);
    remove();
  }
}

async function readElections(log: LogReader, topic: string): Promise<ElectionsRecord[]> {
  const records: ElectionsRecord[] = [];
  for (const range of await log.ranges(topic)) {
    await log.read(topic, range, ({ key, value, castAt }) =>
      records.push({ key, value, appendedAt: castAt }),
    );
  }
  return records;
}

type Shared = Omit<Evidence, 'findElection' | 'electionIds'>;

/** What all threads judge by, and the case that gathers what they find. */
function openEvidence(
  { views, ranges }: Views,
  elections: readonly ElectionsRecord[],
  topic: string,
  signatures: boolean,
): {
  readonly evidence: Shared;
  readonly theCase: Case;
  readonly closingOf: ElectionBook['closing'];
} {
  const book = createElectionBook();
  for (const record of elections) book.apply(record);
  const found = createFindings();
  const databases = views.map(({ name, progress }) => ({ name, progress }));
  const owners = findOwners(databases, found);
  const evidence = { ranges, shards: shardsOf(book, topic), databases, owners, signatures };
  const electionIds = book.elections().map(({ definition }) => definition.id);
  const theCase = openCase({ ...evidence, electionIds, findElection: book.find });
  theCase.findings.merge(found.summary());
  return { evidence, theCase, closingOf: book.closing };
}

function shardsOf(book: ElectionBook, topic: string): number {
  const topology = book.topology();
  if (!topology) throw new Error(`topic ${topic} has no topology record: the log was never prepared`);
  return topology.shards;
}

/** What is small, or should not be there at all. */
async function readRest(theCase: Case, views: readonly DatabaseView[]): Promise<void> {
  const sums = [];
  for (const [database, view] of views.entries()) {
    await view.readOutsideRows(processedRanges(theCase, database), row =>
      takeOutsideRow(theCase, database, row),
    );
    sums.push({ tallies: await view.readTallies(), intake: await view.readIntake() });
  }
  closeCase(theCase, sums);
}

async function readOfficial(
  views: readonly DatabaseView[],
): Promise<Omit<OfficialEvidence, 'closingOf' | 'reports'>> {
  const read = await Promise.all(views.map(view => view.readOfficial()));
  const statements = read.flatMap(rows => rows.statements);
  const about = [...new Set(statements.map(({ electionId }) => electionId))];
  const holdings = await Promise.all(read.map(rows => rows.readHoldings(about)));
  return { statements, holdings: holdings.flat(), sealed: read.map(rows => rows.sealed) };
}

/** Positions whose rows the threads have read in this database. */
function processedRanges(theCase: Case, database: number): PartitionRange[] {
  return theCase.ranges
    .filter(({ partition }) => theCase.owners.get(partition)?.database === database)
    .map(({ partition, start }) => ({ partition, start, end: processedBelow(theCase, partition) }));
}
