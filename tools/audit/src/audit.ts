import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createElectionBook, type ElectionBook } from '@suffrage/contracts/election-book';
import { topicNames } from '@suffrage/contracts/topics';
import { addPart, type Case, type Evidence, findOwners, openCase, processedBelow } from './case.ts';
import { type ActionsSource, compareActions } from './compare-actions.ts';
import { compareOfficial, type OfficialEvidence } from './compare-official.ts';
import { compareResults } from './compare-results.ts';
import { compareIssued, type IssuedSource } from './compare-issued.ts';
import { createFindings } from './findings.ts';
import { closeCase } from './judge.ts';
import { takeOutsideRow } from './match-rows.ts';
import { createPacker, type Pack } from './pack-batches.ts';
import type { PartitionRange } from './ranges.ts';
import { type DatabaseView, openDatabase } from './read-database.ts';
import { type Journal, openJournal, readJournal } from './read-journal.ts';
import { type LogReader, openLogReader } from './read-log.ts';
import { receiptSlices } from './receipts.ts';
import { type AuditReport, makeReport } from './report.ts';
import { startThreads, type Threads } from './run-tasks.ts';
import { piecesOf, type Run, SLICES } from './sort/sort-run.ts';
import type { Assignment, ElectionsRecord, Task, TaskResult } from './tasks.ts';

export type AuditProgress = {
  readonly stage:
    | 'waiting for the processor'
    | 'reading the journals'
    | 'reading the log'
    | 'reading the databases'
    | 'judging';
  /** Records, or rows; `total` is not known for rows. */
  readonly done: number;
  readonly total?: number;
};

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
  /** Where the aggregator answers: what it has published is compared as well. */
  readonly resultsUrl?: string;
  /** Where the registrar's signed counts of issued tokens are had from. */
  readonly issued?: readonly IssuedSource[];
  /** Where the record of managers' actions is had from. */
  readonly actions?: readonly ActionsSource[];
  /** Where sorted files are kept meanwhile, 344 bytes for each record; default the system's directory for such. */
  readonly scratch?: string;
  /** How long to wait until every record has been processed; default 0. Then the audit is made either way. */
  readonly waitMillis?: number;
};

const WAIT_STEP_MILLIS = 500;
/** What one thread takes at a time: some 10,000 records. */
const PACK_LIMITS = { bytes: 4 * 1024 * 1024, offsets: 2 ** 15 };
/** Pages of table `votes` that one thread takes at a time: 8 MiB, some 50,000 rows. */
const CHUNK_PAGES = 1_024;

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
      views: viewsOf(views),
      directory,
    });
    const receipts = await readJournals(theCase, threads, journals, onProgress);
    const runs = await readAll(theCase, threads, { log, topic: topics.votes, views, receipts, onProgress });
    await judgeAll(theCase, threads, runs, onProgress);
    await readRest(theCase, views);
    const official = await compareOfficial(theCase, { ...(await readOfficial(views)), closingOf });
    if (options.resultsUrl !== undefined) {
      const version = views.reduce((sum, view) => sum + view.version, 0);
      await compareResults(theCase, options.resultsUrl, version);
    }
    // Asked for after the databases' moment: counts only grow.
    const issued = await compareIssued(theCase, options.issued ?? []);
    const actions = await compareActions(theCase, options.actions ?? []);
    const seconds = Math.round(performance.now() - begun) / 1000;
    return makeReport(theCase, {
      topic: topics.votes,
      startedAt,
      seconds,
      journals: journals.length,
      issued,
      actions,
      official,
    });
  } finally {
    await Promise.allSettled([threads?.close(), log.close(), ...views.map(view => view.close())]);
    process.off('exit', remove);
    remove();
  }
}

type Views = { readonly views: readonly DatabaseView[]; readonly ranges: readonly PartitionRange[] };

/**
 * Fixes one moment in each database, *then* the end of the log: whatever the databases know of lies below that end, also
 * while votes arrive.
 */
async function openViews(
  options: AuditOptions,
  log: LogReader,
  onProgress: (progress: AuditProgress) => void,
): Promise<Views> {
  const { votes } = topicNames(options.namespace);
  const deadline = Date.now() + (options.waitMillis ?? 0);
  for (;;) {
    const views = await openAll(options.databaseUrls, votes);
    try {
      const ranges = await log.ranges(votes);
      const lag = lagOf(ranges, views);
      if (lag === 0 || Date.now() >= deadline) return { views, ranges };
      onProgress({ stage: 'waiting for the processor', done: lag });
    } catch (error) {
      await closeAll(views);
      throw new Error(`topic ${votes} can not be read from ${options.brokers.join(', ')}`, { cause: error });
    }
    await closeAll(views);
    await sleep(WAIT_STEP_MILLIS);
  }
}

async function openAll(urls: readonly string[], topic: string): Promise<DatabaseView[]> {
  const results = await Promise.allSettled([...new Set(urls)].map(url => openDatabase(url, topic)));
  const views = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find(result => result.status === 'rejected');
  if (!failed) return views;
  await closeAll(views);
  throw failed.reason;
}

async function closeAll(views: readonly DatabaseView[]): Promise<void> {
  await Promise.allSettled(views.map(view => view.close()));
}

function lagOf(ranges: readonly PartitionRange[], views: readonly DatabaseView[]): number {
  const rows = views.flatMap(({ progress }) => progress);
  return ranges.reduce((lag, { partition, end }) => {
    const reached = Math.max(
      0,
      ...rows.filter(row => row.partition === partition).map(row => row.nextOffset),
    );
    return lag + Math.max(0, end - reached);
  }, 0);
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

const viewsOf = (views: readonly DatabaseView[]): Assignment['views'] =>
  views.map(({ url, snapshot }) => ({ url, snapshot }));

type OnProgress = (progress: AuditProgress) => void;

/** Verifies receipts, and sorts them by position. */
async function readJournals(
  theCase: Case,
  threads: Threads,
  journals: readonly Journal[],
  onProgress: OnProgress,
): Promise<Run[]> {
  const runs: Run[] = [];
  let done = 0;
  for (const journal of journals) {
    await threads.run(journalTasks(journal), result => {
      addPart(theCase, result.part);
      runs.push(...result.runs);
      done += result.done;
      onProgress({ stage: 'reading the journals', done });
    });
  }
  return runs;
}

async function* journalTasks(journal: Journal): AsyncGenerator<Task, void> {
  for await (const lines of readJournal(journal)) yield { kind: 'journal', lines };
}

type Sources = {
  readonly log: LogReader;
  readonly topic: string;
  readonly views: readonly DatabaseView[];
  readonly receipts: readonly Run[];
  readonly onProgress: OnProgress;
};

/** The log with the rows that are ordered by position, then the votes; sorted by ballot key. */
async function readAll(
  theCase: Case,
  threads: Threads,
  { log, topic, views, receipts, onProgress }: Sources,
): Promise<Run[]> {
  const runs: Run[] = [];
  let done = 0;
  const keep = (result: TaskResult) => {
    addPart(theCase, result.part);
    runs.push(...result.runs);
    done += result.done;
  };
  const total = theCase.ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  onProgress({ stage: 'reading the log', done, total });
  await threads.run(logTasks(log, topic, theCase.ranges, receipts), result => {
    keep(result);
    onProgress({ stage: 'reading the log', done, total });
  });
  done = 0;
  await threads.run(views.flatMap(pagesOf), result => {
    keep(result);
    onProgress({ stage: 'reading the databases', done });
  });
  return runs;
}

/** This thread reads, the others judge: a client of the brokers takes half a second of CPU to load, in each thread. */
async function* logTasks(
  log: LogReader,
  topic: string,
  ranges: readonly PartitionRange[],
  receipts: readonly Run[],
): AsyncGenerator<Task, void> {
  for (const range of ranges) {
    const packer = createPacker(range, PACK_LIMITS);
    const tasksOf = (packs: readonly Pack[]) =>
      packs.map(({ start, end, batches }): Task => {
        const part = { partition: range.partition, start, end };
        const pieces = receiptSlices(part).flatMap(slice => piecesOf(receipts, slice));
        return { kind: 'log', range: part, batches, receipts: pieces };
      });
    for await (const fetched of log.batches(topic, range)) yield* tasksOf(packer.add(fetched));
    yield* tasksOf(packer.end());
  }
}

function pagesOf({ pages }: DatabaseView, database: number): Task[] {
  return Array.from({ length: Math.ceil(pages / CHUNK_PAGES) }, (_, chunk) => {
    const from = chunk * CHUNK_PAGES;
    return { kind: 'votes', database, from, to: from + CHUNK_PAGES };
  });
}

async function judgeAll(
  theCase: Case,
  threads: Threads,
  runs: readonly Run[],
  onProgress: OnProgress,
): Promise<void> {
  const names = theCase.names.all();
  const gaps = [...theCase.gaps];
  const slices = Array.from({ length: SLICES }, (_, slice) => piecesOf(runs, slice));
  const tasks = slices
    .filter(pieces => pieces.length > 0)
    .map((pieces): Task => ({ kind: 'ballots', pieces, names, gaps }));
  const total = runs.reduce((sum, { entries }) => sum + entries, 0);
  let done = 0;
  onProgress({ stage: 'judging', done, total });
  await threads.run(tasks, result => {
    addPart(theCase, result.part);
    done += result.done;
    onProgress({ stage: 'judging', done, total });
  });
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

async function readOfficial(views: readonly DatabaseView[]): Promise<Omit<OfficialEvidence, 'closingOf'>> {
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
