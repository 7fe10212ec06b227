import type { OutcomeRow } from '../rows.ts';
import { makeEntry, type VoteOptions } from './entries.ts';
import { type ModelDatabase, type PlacedEntry, placeEntries, processEntries } from './model-processor.ts';
import { council, judgeWorld, mayor, plainSigner, type World } from './world.ts';

const common = { signer: plainSigner, instance: 'ingestion-0', choice: 1, lane: 0 };
/** Four partitions of two shards, which lie in two databases. */
export const spread = { partitions: 4, shards: 2 };

export function vote(options: Partial<VoteOptions> & Pick<VoteOptions, 'voter'>) {
  const election = options.election ?? mayor;
  const revision = election === mayor ? 0 : 1;
  return makeEntry({ ...common, ...spread, election, revision, ...options });
}

/** Five voters in a secret election, a revised vote in a pseudonymous one, copies and what must be refused. */
export function sound(): { world: World; databases: ModelDatabase[]; log: PlacedEntry[] } {
  const log = placeEntries([
    ...[1, 2, 3, 4, 5].map(voter => vote({ voter, lane: voter })),
    vote({ voter: 1, lane: 0 }),
    vote({ voter: 2, election: council }),
    vote({ voter: 2, election: council, lane: 1 }),
    vote({ voter: 2, election: council, revision: 2, instance: 'ingestion-1' }),
    vote({ voter: 2, election: council, lane: 1 }),
    vote({ voter: 6, spoil: 'token' }),
    vote({ voter: 7, spoil: 'bytes' }),
    vote({ voter: 3, lane: 3, spoil: 'late' }),
  ]);
  const databases = processEntries(log, { shards: spread.shards, databases: 2 });
  return { world: { ...spread, log, databases }, databases, log };
}

type Change = (row: OutcomeRow, database: ModelDatabase) => OutcomeRow | undefined;

/** Changes the first row that `match` accepts; `undefined` takes it away. */
export function changeRow(
  databases: readonly ModelDatabase[],
  match: (row: OutcomeRow) => boolean,
  change: Change,
): OutcomeRow {
  for (const database of databases) {
    const place = database.rows.findIndex(match);
    const row = database.rows[place];
    if (!row) continue;
    const changed = change(row, database);
    database.rows.splice(place, 1, ...(changed ? [changed] : []));
    return row;
  }
  throw new Error('no row matches');
}

export const isA = (outcome: OutcomeRow['outcome']) => (row: OutcomeRow) => row.outcome === outcome;
export const counted = isA('counted');
/** The kinds of finding in a world. */
export const kindsOf = (world: World): string[] => Object.keys(judgeWorld(world).findings.byKind());
