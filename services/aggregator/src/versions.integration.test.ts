import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { snapshotSchema } from '@suffrage/contracts/results';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { ballot, definition } from '../test/definitions.ts';
import { countRecords, createInstallation, type Installation, type Replica } from '../test/installation.ts';
import { getResults } from '../test/readers.ts';

jest.setTimeout(60_000);

let installation: Installation;
/** Milliseconds that the service's clock is ahead of the real one. */
let ahead = 0;

beforeAll(async () => {
  installation = await createInstallation(testServers());
  await installation.open(definition('council', ballot({ mayor: ['ann'] })));
});
afterAll(() => installation.close());

const start = () => installation.start({ clock: () => Date.now() + ahead });

const count = (partition: number, counted: number) =>
  countRecords(installation, { electionId: 'council', partition, counted, marks: { mayor: 'ann' } });

const shown = async (replica: Replica) => (await getResults(replica, 'council')).snapshot;

const stored = async () =>
  snapshotSchema.parse(
    JSON.parse((await installation.redis.get(installation.names.snapshot('council'))) ?? ''),
  );

/** Resolves when a round that began after the call has ended: the next one has begun too. */
async function roundsPass(): Promise<void> {
  const [shard] = installation.shards;
  for (let round = 0; round < 2; round += 1) {
    const { rows } = await shard.query<{ now: string }>('select clock_timestamp()::text as now');
    await until('a round begins', async () => {
      const reading = await shard.query(
        `select from pg_stat_activity
         where datname = current_database() and application_name = 'aggregator'
           and query_start > $1::timestamptz + interval '0.5 s'`,
        [rows[0]?.now],
      );
      return (reading.rowCount ?? 0) > 0;
    });
  }
}

test('versions go on from where they were when a database was restored to an earlier state', async () => {
  const first = await start();
  await count(0, 4);
  await count(1, 6);
  await until('the votes are published', async () => (await stored()).version === 10);

  await installation.shards[1].query(
    'update progress set next_offset = 1, counted = 1; update tallies set votes = 1',
  );
  ahead += 10_000;
  await roundsPass();
  expect(await shown(first)).toMatchObject({ version: 10, counted: 10 });
  await first.close();
  const second = await start();
  await until('the second is elected', () => second.isElected());
  await roundsPass();
  expect(await shown(second)).toMatchObject({ version: 10, counted: 10 });
  expect(await stored()).toMatchObject({ version: 10, counted: 10 });

  await count(1, 7);
  await until('the versions go on', async () => (await shown(second))?.version === 12);
  expect(await shown(second)).toMatchObject({ counted: 12 });
});
