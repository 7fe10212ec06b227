import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createReadLive } from '@suffrage/aggregator/read-live';
import { readTallies } from '@suffrage/aggregator/read-tallies';
import { createLifecycle, type Lifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import { openPool, type Pool } from '@suffrage/runtime/postgres/pool';
import { startInfrastructure } from '@suffrage/stack/infrastructure';
import { copyCluster, type Standby, startStandby } from '@suffrage/stack/postgres-standby';
import { until } from '@suffrage/test/poll';

const MIGRATIONS = fileURLToPath(new URL('../../services/processor/migrations', import.meta.url));
const log = createLog('test', 'test', 'silent');

let lifecycle: Lifecycle;
let primary: Pool;
let replica: Pool;
/** The superuser's, on the replica. */
let replicaAdmin: Pool;
let standby: Standby;
let ahead = 0;

beforeAll(async () => {
  lifecycle = createLifecycle(log);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'suffrage-replica-'));
  lifecycle.onClose('data', () => rm(dataDirectory, { recursive: true, force: true }));
  const infrastructure = await startInfrastructure({ dataDirectory, ports: 'free', brokers: 1 });
  lifecycle.onClose('infrastructure', () => infrastructure.stop());
  const { votesUrl, adminUrl } = infrastructure.postgres;
  await migrate(votesUrl, MIGRATIONS, log);
  const copy = join(dataDirectory, 'postgres', 'standby');
  await copyCluster(infrastructure, copy);
  standby = await startStandby(infrastructure, copy);
  lifecycle.onClose('standby', () => standby.part.stop());
  const open = (url: string) =>
    openPool({ url, application: 'test', max: 2, statementMillis: 5_000 }, log, lifecycle);
  primary = open(votesUrl);
  replica = open(standby.votesUrl);
  const admin = new URL(standby.votesUrl);
  const superuser = new URL(adminUrl);
  admin.username = superuser.username;
  admin.password = superuser.password;
  replicaAdmin = open(admin.href);
}, 120_000);
afterAll(() => lifecycle.close(), 60_000);

const count = () =>
  primary.query(
    `insert into tallies as t (election_id, contest, option, partition, votes) values ('council', '*', '*', 0, 1)
     on conflict (election_id, contest, option, partition) do update set votes = t.votes + 1`,
  );
const countedIn = (shards: Awaited<ReturnType<typeof readTallies>>) => shards[0]?.tallies[0]?.votes ?? 0;

test('live views read the replica and say how far it is behind, and the primary when it is gone', async () => {
  const readLive = createReadLive({
    primaries: [primary],
    replicas: [replica],
    clock: () => Date.now() + ahead,
    log,
  });
  const live = async () => {
    const { shards, replicaLagMillis } = await readLive(['council']);
    return { counted: countedIn([...shards]), lag: replicaLagMillis };
  };
  await count();
  await until('the replica has it and is not behind', async () => {
    const { counted, lag } = await live();
    return counted === 1 && lag === 0;
  });

  // It receives, but does not replay: what it shows is old, and it says so. Official readings are not.
  await replicaAdmin.query('select pg_wal_replay_pause()');
  await count();
  const behind = await until('it is behind', async () => {
    const read = await live();
    return (read.lag ?? 0) > 200 ? read : undefined;
  });
  expect(behind.counted).toBe(1);
  expect(countedIn(await readTallies([primary], ['council']))).toBe(2);
  await replicaAdmin.query('select pg_wal_replay_resume()');
  await until('it has caught up', async () => (await live()).counted === 2);

  await standby.part.stop();
  await count();
  expect(await live()).toEqual({ counted: 3, lag: undefined });

  // It is left alone for ten seconds, then asked again.
  await standby.part.start();
  expect((await live()).lag).toBeUndefined();
  ahead += 11_000;
  await until('the replica is read again', async () => {
    const { counted, lag } = await live();
    if (lag === undefined) ahead += 11_000;
    return counted === 3 && lag !== undefined;
  });
}, 120_000);
