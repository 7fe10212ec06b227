import { setTimeout as sleep } from 'node:timers/promises';
import { createElectionBook, type ElectionBook } from '@suffrage/contracts/election-book';
import { topicNames } from '@suffrage/contracts/topics';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';
import { type Case, openCase } from './case.ts';
import { closeCase, takeRow } from './judge.ts';
import { judgeRecord } from './judge-record.ts';
import { type DatabaseView, openDatabase } from './read-database.ts';
import { type LogReader, openLogReader } from './read-log.ts';
import { createRecords, indexAt, type PartitionRange, putRecord, type Records } from './records.ts';
import { type AuditReport, makeReport } from './report.ts';

export type AuditProgress = {
  readonly stage: 'waiting for the processor' | 'reading the log' | 'reading the databases' | 'judging';
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
  /** How long to wait until every record has been processed; default 0. Then the audit is made either way. */
  readonly waitMillis?: number;
};

const WAIT_STEP_MILLIS = 500;
/** Progress is told once for so many records or rows. */
const PROGRESS_STEP = 1_000;

/**
 * Reads the whole log and every votes database, and holds one against the other. Changes nothing anywhere. What does not
 * balance is in the report, never thrown.
 * @throws Error when the audit could not be made: brokers or databases don't answer, or the topics are not prepared.
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const { namespace, onProgress = () => undefined } = options;
  const begun = performance.now();
  const startedAt = new Date().toISOString();
  const topics = topicNames(namespace);
  const log = openLogReader(options.brokers);
  let views: readonly DatabaseView[] = [];
  try {
    const opened = await openViews(options, log, onProgress);
    views = opened.views;
    const book = await readElections(log, topics.elections);
    const records = await readVotes(log, topics.votes, opened.ranges, book, onProgress);
    const theCase = openCase({
      records,
      findElection: book.find,
      shards: shardsOf(book, topics.elections),
      databases: views,
    });
    await readDatabases(theCase, views, onProgress);
    const seconds = Math.round(performance.now() - begun) / 1000;
    return makeReport(theCase, { topic: topics.votes, startedAt, seconds });
  } finally {
    await Promise.allSettled([log.close(), ...views.map(view => view.close())]);
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

async function readElections(log: LogReader, topic: string): Promise<ElectionBook> {
  const book = createElectionBook();
  await log.read(topic, await log.ranges(topic), ({ key, value, castAt }) =>
    book.apply({ key, value, appendedAt: castAt }),
  );
  return book;
}

function shardsOf(book: ElectionBook, topic: string): number {
  const topology = book.topology();
  if (!topology) throw new Error(`topic ${topic} has no topology record: the log was never prepared`);
  return topology.shards;
}

async function readVotes(
  log: LogReader,
  topic: string,
  ranges: readonly PartitionRange[],
  book: ElectionBook,
  onProgress: (progress: AuditProgress) => void,
): Promise<Records> {
  const records = createRecords(ranges);
  const checkToken = createTokenVerifier();
  const total = records.size;
  let done = 0;
  await log.read(topic, ranges, ({ partition, offset, castAt, value }) => {
    const index = indexAt(records, partition, offset);
    if (index === undefined) throw new RangeError('the log delivered a record that was not asked for');
    putRecord(records, index, castAt, judgeRecord(value, castAt, book.find, checkToken));
    done += 1;
    if (done % PROGRESS_STEP === 0) onProgress({ stage: 'reading the log', done, total });
  });
  onProgress({ stage: 'reading the log', done, total });
  return records;
}

async function readDatabases(
  theCase: Case,
  views: readonly DatabaseView[],
  onProgress: (progress: AuditProgress) => void,
): Promise<void> {
  const sums = [];
  let done = 0;
  for (const [database, view] of views.entries()) {
    await view.readRows(row => {
      takeRow(theCase, database, row);
      done += 1;
      if (done % PROGRESS_STEP === 0) onProgress({ stage: 'reading the databases', done });
    });
    sums.push({ tallies: await view.readTallies(), intake: await view.readIntake() });
  }
  onProgress({ stage: 'judging', done });
  closeCase(theCase, sums);
}
