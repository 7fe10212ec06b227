import { databaseAt } from '@suffrage/audit/encryption';
import type { LogReader } from '@suffrage/audit/read-log';
import type { Election } from '@suffrage/contracts/ballot';
import { createElectionBook } from '@suffrage/contracts/election-book';
import {
  type OfficialKind,
  officialSchemas,
  type OfficialStatements,
  type ResultsDocument,
} from '@suffrage/contracts/official';
import pg from 'pg';

/** What is written beside the votes. */
export type Official = {
  readonly results: ResultsDocument | undefined;
  readonly statements: readonly OfficialStatements[OfficialKind][];
};

/** The newest definition on topic `elections`. @throws Error when there is no such election. */
export async function readElection(log: LogReader, topic: string, electionId: string): Promise<Election> {
  const book = createElectionBook();
  for (const range of await log.ranges(topic)) {
    await log.read(topic, range, ({ key, value, castAt }) => book.apply({ key, value, appendedAt: castAt }));
  }
  const election = book.find(electionId);
  if (!election) {
    const known = book.elections().map(({ definition }) => definition.id);
    throw new Error(`there is no election ${electionId}; there are: ${known.join(', ') || 'none'}`);
  }
  return election;
}

/** What has been stated officially of the election, from the first votes database. */
export async function readOfficial(databaseUrl: string, electionId: string): Promise<Official> {
  const client = new pg.Client({ ...databaseAt(databaseUrl), application_name: 'suffrage-export' });
  await client.connect();
  try {
    const { rows } = await client.query<{ kind: OfficialKind; statement: string }>(
      'select kind, statement from statements where election_id = $1',
      [electionId],
    );
    const statements = rows.map(({ kind, statement }) => officialSchemas[kind].parse(JSON.parse(statement)));
    return { results: statements.find(statement => statement.kind === 'results'), statements };
  } finally {
    await client.end();
  }
}
