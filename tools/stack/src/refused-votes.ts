import type { Client } from 'pg';
import type { Say } from './commands.ts';
import { table } from './table.ts';

/** One valid vote that its database has refused: it is set aside, and processors try it again every 30 s. */
export type RefusedVote = { readonly partition: number; readonly offset: string; readonly election: string };
export type TriedVote = RefusedVote & { readonly became: 'counted' | 'not counted' | 'still refused' };

/** Of all elections, or of one. */
export async function readRefused(database: Client, election?: string): Promise<RefusedVote[]> {
  const { rows } = await database.query<RefusedVote>(
    `select partition, record_offset as offset, election_id as election from outcomes
     where code = 'database-refused' and ($1::text is null or election_id = $1) order by partition, record_offset`,
    [election],
  );
  return rows;
}

/** A vote that counts after all has left table `outcomes`. */
export async function whatBecame(database: Client, refused: readonly RefusedVote[]): Promise<TriedVote[]> {
  const { rows } = await database.query<TriedVote>(
    `select refused.*, case when o.partition is null then 'counted'
       when o.code = 'database-refused' then 'still refused' else 'not counted' end as became
     from unnest($1::int[], $2::bigint[], $3::text[]) as refused (partition, "offset", election)
     left join outcomes o on o.partition = refused.partition and o.record_offset = refused.offset`,
    [
      refused.map(({ partition }) => partition),
      refused.map(({ offset }) => offset),
      refused.map(({ election }) => election),
    ],
  );
  return rows;
}

export function tellRefused(votes: readonly RefusedVote[], say: Say): void {
  say(tableOf(votes, [['set aside', () => true]]));
}

export function tellTried(votes: readonly TriedVote[], say: Say): void {
  const became = (wanted: TriedVote['became']) =>
    [wanted, (vote: TriedVote) => vote.became === wanted] as const;
  say(
    tableOf(votes, [
      ['set aside', () => true],
      became('counted'),
      became('not counted'),
      became('still refused'),
    ]),
  );
}

/** A row for each partition of each election, with the number of votes that each column is about. */
function tableOf<Vote extends RefusedVote>(
  votes: readonly Vote[],
  columns: readonly (readonly [string, (vote: Vote) => boolean])[],
): string {
  const groups = Map.groupBy(votes, ({ election, partition }) => `${election}/${partition}`);
  const rows = [...groups.values()].map(those => [
    those[0]?.election ?? '',
    String(those[0]?.partition),
    ...columns.map(([, belongs]) => those.filter(belongs).length.toLocaleString('en-US')),
  ]);
  const head = ['election', 'partition', ...columns.map(([name]) => name)];
  return table([head, ...rows.toSorted()]).join('\n');
}
