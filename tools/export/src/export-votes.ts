import { closeSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LogReader, type LogRecord, openLogReader } from '@suffrage/audit/read-log';
import type { Election } from '@suffrage/contracts/ballot';
import type { ResultsDocument } from '@suffrage/contracts/official';
import { topicNames } from '@suffrage/contracts/topics';
import { type CountedPosition, countedPositions } from './counted-positions.ts';
import { type Official, readElection, readOfficial } from './read-election.ts';
import { createLineSorter, type LineSorter } from './sort-lines.ts';
import { voteLine } from './vote-line.ts';

export type ExportOptions = {
  readonly electionId: string;
  readonly directory: string;
  readonly brokers: readonly string[];
  /** The votes databases, each once; what is stated officially lies in the first. */
  readonly databaseUrls: readonly string[];
  readonly namespace: string;
  readonly onProgress?: (stage: 'reading the log' | 'writing', done: number, total: number) => void;
};

/**
 * Writes the counted votes of a closed election, ordered by vote ID, with its definition and what was stated of it. Returns
 * how many votes. The tables say which records count; salt and token come from the log.
 * @throws Error when the election is not closed, its results are hidden, or log, tables and results do not agree.
 */
export async function exportVotes(options: ExportOptions): Promise<number> {
  const { electionId, directory, brokers, databaseUrls, namespace } = options;
  const topics = topicNames(namespace);
  const log = openLogReader(brokers);
  try {
    const election = await readElection(log, topics.elections, electionId);
    const official = await readOfficial(databaseUrls[0] ?? '', electionId);
    const results = publicResults(electionId, official);
    mkdirSync(directory, { recursive: true });
    const sorter = createLineSorter(directory, results.counted);
    try {
      for (const url of databaseUrls) await takeVotes(log, topics.votes, election, url, sorter, options);
      writeVotes(directory, sorter, results.counted, options);
    } finally {
      sorter.close();
    }
    writeJson(directory, 'definition', election.definition);
    for (const statement of official.statements) writeJson(directory, fileOf(statement), statement);
    return results.counted;
  } finally {
    await log.close();
  }
}

/** An addendum after the first has its number. */
function fileOf(statement: Official['statements'][number]): string {
  const number = 'number' in statement ? statement.number : undefined;
  return number === undefined ? statement.kind : `${statement.kind}-${number}`;
}

function publicResults(electionId: string, { results }: Official): ResultsDocument {
  if (!results)
    throw new Error(`the results of ${electionId} are not stated yet: votes are exported after that`);
  if (results.contests === null)
    throw new Error(`${electionId} has fewer votes than its privacy threshold: its votes are not exported`);
  return results;
}

/** The counted votes that one database knows of. */
async function takeVotes(
  log: LogReader,
  topic: string,
  election: Election,
  databaseUrl: string,
  sorter: LineSorter,
  { electionId, onProgress = () => undefined }: ExportOptions,
): Promise<void> {
  const ranges = await log.ranges(topic);
  const positions = countedPositions(databaseUrl, electionId);
  const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  let next = await positions.next();
  let done = 0;
  for (const range of ranges) {
    const isHere = () => !next.done && next.value.partition === range.partition;
    if (isHere()) {
      for await (const handOver of log.fetches(topic, range)) {
        const records: LogRecord[] = [];
        handOver(record => records.push(record));
        for (const record of records) {
          if (next.done || !isHere() || record.offset < next.value.offset) continue;
          takeVote(election, record, next.value, sorter);
          next = await positions.next();
        }
        onProgress('reading the log', done + (records.at(-1)?.offset ?? range.start) - range.start, total);
        if (!isHere()) break;
      }
    }
    if (!next.done && isHere()) throw new Error(`the log has no record at ${placeOf(next.value)}`);
    done += range.end - range.start;
  }
  if (!next.done) throw new Error(`the topic has no partition for the vote at ${placeOf(next.value)}`);
}

const placeOf = ({ partition, offset }: Omit<CountedPosition, 'voteId'>) =>
  `partition ${partition}, offset ${offset}`;

function takeVote(election: Election, record: LogRecord, counted: CountedPosition, sorter: LineSorter): void {
  if (record.offset !== counted.offset) throw new Error(`the log has no record at ${placeOf(counted)}`);
  try {
    sorter.add(counted.voteId, voteLine(election, record.value, counted.voteId));
  } catch (cause) {
    throw new Error(`at ${placeOf(counted)}`, { cause });
  }
}

function writeVotes(
  directory: string,
  sorter: LineSorter,
  expected: number,
  { onProgress = () => undefined }: ExportOptions,
): void {
  const path = join(directory, 'votes.ndjson');
  const file = openSync(`${path}.new`, 'w');
  let written: number;
  try {
    written = sorter.writeSorted(file, done => onProgress('writing', done, expected));
  } finally {
    closeSync(file);
  }
  if (written !== expected)
    throw new Error(`the results say ${expected} votes, the databases have ${written}: audit them`);
  renameSync(`${path}.new`, path);
}

function writeJson(directory: string, name: string, value: object): void {
  writeFileSync(join(directory, `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
}
