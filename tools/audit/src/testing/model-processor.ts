import type { IntakeRow, OutcomeRow, ProgressRow, TallyRow } from '../rows.ts';
import type { Entry, Truth } from './entries.ts';

/** What one votes database holds. Tests change it to plant what the audit must find. */
export type ModelDatabase = {
  name: string;
  progress: ProgressRow[];
  rows: OutcomeRow[];
  tallies: TallyRow[];
  intake: IntakeRow[];
};

export type PlacedEntry = Entry & { readonly offset: number };

/** Gives each entry its offset in its partition. */
export function placeEntries(entries: readonly Entry[]): PlacedEntry[] {
  const next = new Map<number, number>();
  return entries.map(entry => {
    const offset = next.get(entry.partition) ?? 0;
    next.set(entry.partition, offset + 1);
    return { ...entry, offset };
  });
}

type Valid = Extract<Truth, { kind: 'valid' }>;

/**
 * The simplest processor there can be: one record at a time, in any order between partitions, with no batches, hints or
 * redelivery. Shard `s` lives in database `s mod databases`.
 */
export function processEntries(
  entries: readonly PlacedEntry[],
  { shards, databases }: { readonly shards: number; readonly databases: number },
): ModelDatabase[] {
  const all = Array.from({ length: databases }, (_, number) => emptyDatabase(`database-${number}`));
  for (const entry of entries) {
    const database = all[(entry.partition % shards) % databases];
    if (!database) throw new RangeError('no database');
    const counted = processEntry(database, entry);
    advance(database, entry.partition, counted);
  }
  return all;
}

function emptyDatabase(name: string): ModelDatabase {
  return { name, progress: [], rows: [], tallies: [], intake: [] };
}

function processEntry(database: ModelDatabase, entry: PlacedEntry): boolean {
  const { truth } = entry;
  if (truth.kind === 'unreadable') {
    database.rows.push(outcomeRow(entry, { outcome: 'quarantined', code: 'unreadable' }));
    return false;
  }
  if (truth.kind === 'refused') {
    const { electionId, voteId, code } = truth;
    database.rows.push(outcomeRow(entry, { outcome: 'rejected', code, electionId, voteId }));
    return false;
  }
  return countVote(database, entry, truth);
}

function countVote(database: ModelDatabase, entry: PlacedEntry, vote: Valid): boolean {
  const { electionId, voteId, revision, ballotKey, selections } = vote;
  const place = database.rows.findIndex(
    row => row.outcome === 'counted' && row.electionId === electionId && row.ballotKey?.equals(ballotKey),
  );
  const old = database.rows[place];
  if (old) {
    const order = revision - (old.revision ?? 0) || Buffer.compare(voteId, old.voteId ?? Buffer.alloc(0));
    if (order <= 0) {
      const outcome = order === 0 ? 'duplicate' : 'older-revision';
      database.rows.push(outcomeRow(entry, { outcome, electionId, voteId, target: old.voteId }));
      return false;
    }
    const gone = {
      outcome: 'superseded',
      target: voteId,
      ballotKey: null,
      selections: null,
      castAt: null,
    } as const;
    database.rows[place] = { ...old, ...gone };
    tally(database, electionId, marksOf(old.selections), -1);
  }
  const { castAt } = entry;
  database.rows.push(
    outcomeRow(entry, { outcome: 'counted', electionId, voteId, revision, ballotKey, selections, castAt }),
  );
  tally(database, electionId, vote.marks, 1);
  takeIn(database, entry.partition, vote);
  return true;
}

function outcomeRow(
  { partition, offset }: PlacedEntry,
  row: Pick<OutcomeRow, 'outcome'> & Partial<OutcomeRow>,
): OutcomeRow {
  return {
    partition,
    offset,
    code: null,
    electionId: null,
    voteId: null,
    target: null,
    revision: null,
    ballotKey: null,
    selections: null,
    castAt: null,
    ...row,
  };
}

/** The selections of `makeEntry`: two contests, options a, b, c. */
function marksOf(selections: Buffer | null): number[][] {
  const marks: number[][] = [];
  for (let at = 0; selections && at < selections.length; ) {
    const count = selections.readUInt16BE(at);
    at += 2;
    marks.push(Array.from({ length: count }, (_, i) => selections.readUInt16BE(at + 2 * i)));
    at += 2 * count;
  }
  return marks;
}

function tally(
  database: ModelDatabase,
  electionId: string,
  marks: readonly (readonly number[])[],
  change: 1 | -1,
): void {
  const add = (contest: string, option: string) => {
    const known = database.tallies.find(
      row => row.electionId === electionId && row.contest === contest && row.option === option,
    );
    if (known) known.votes += change;
    else database.tallies.push({ electionId, contest, option, votes: change });
  };
  add('*', '*');
  for (const [contest, indexes] of marks.entries()) {
    for (const index of indexes) add(contest === 0 ? 'first' : 'all', 'abc'.charAt(index));
  }
}

function takeIn(database: ModelDatabase, partition: number, { electionId, instance }: Valid): void {
  const known = database.intake.find(
    row => row.electionId === electionId && row.instance === instance && row.partition === partition,
  );
  if (known) known.votes += 1;
  else database.intake.push({ electionId, instance, partition, votes: 1 });
}

function advance(database: ModelDatabase, partition: number, counted: boolean): void {
  const place = database.progress.findIndex(row => row.partition === partition);
  const row = database.progress[place] ?? { partition, nextOffset: 0, counted: 0, notCounted: 0 };
  const next = {
    partition,
    nextOffset: row.nextOffset + 1,
    counted: row.counted + (counted ? 1 : 0),
    notCounted: row.notCounted + (counted ? 0 : 1),
  };
  if (place < 0) database.progress.push(next);
  else database.progress[place] = next;
}
