import { addPart, type Case } from './case.ts';
import { createPacker, createPackMemory, type Pack, type PackMemory } from './pack-batches.ts';
import type { OnProgress } from './progress.ts';
import type { PartitionRange } from './ranges.ts';
import type { DatabaseView } from './read-database.ts';
import { type Journal, readJournal } from './read-journal.ts';
import type { LogReader } from './read-log.ts';
import { receiptSlices } from './receipts.ts';
import type { Threads } from './run-tasks.ts';
import { piecesOf, type Run, SLICES } from './sort/sort-run.ts';
import type { Task, TaskResult } from './tasks.ts';

/** What one thread takes at a time: some 10,000 records. */
const PACK_LIMITS = { bytes: 4 * 1024 * 1024, offsets: 2 ** 15 };
/** Pages of table `votes` that one thread takes at a time: 8 MiB, some 50,000 rows. */
const CHUNK_PAGES = 1_024;

/** Verifies receipts, and sorts them by position. */
export async function readJournals(
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
export async function readAll(
  theCase: Case,
  threads: Threads,
  { log, topic, views, receipts, onProgress }: Sources,
): Promise<Run[]> {
  const runs: Run[] = [];
  const memory = createPackMemory();
  let done = 0;
  const keep = (result: TaskResult) => {
    addPart(theCase, result.part);
    runs.push(...result.runs);
    done += result.done;
    if (result.batches) memory.giveBack(result.batches);
  };
  const total = theCase.ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  onProgress({ stage: 'reading the log', done, total });
  await threads.run(logTasks({ log, topic, receipts, memory }, theCase.ranges), result => {
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
  { log, topic, receipts, memory }: Pick<Sources, 'log' | 'topic' | 'receipts'> & { memory: PackMemory },
  ranges: readonly PartitionRange[],
): AsyncGenerator<Task, void> {
  for (const range of ranges) {
    const packer = createPacker(range, PACK_LIMITS, memory);
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

export async function judgeAll(
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
