import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { copyCluster, startStandby } from '@suffrage/stack/postgres-standby';
import { until } from '@suffrage/test/poll';
import pg from 'pg';
import type { FaultCase, Stage } from '../fault-case.ts';
import { untilAcknowledged } from '../load.ts';
import { adminUrl, type World } from '../world.ts';

const SERVICE_SESSIONS = `application_name like 'suffrage-%' and application_name <> 'suffrage-audit'`;

/** Ends one session of the services at random. */
async function terminateOne(stage: Stage): Promise<void> {
  const ended = await stage.world.query(
    `select pg_terminate_backend(pid) from (
       select pid from pg_stat_activity where ${SERVICE_SESSIONS} order by random() limit 1) as victims`,
  );
  stage.happened('session terminated', ended.length);
}

async function lockVotes(stage: Stage, millis: number): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl(stage.world.infrastructure) });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('lock table votes in access exclusive mode');
    await sleep(millis);
    const { rows } = await client.query(`select 1 from pg_stat_activity where wait_event_type = 'Lock'`);
    stage.happened('statement kept waiting', rows.length);
    await client.query('rollback');
  } finally {
    await client.end();
  }
}

/** A trigger that refuses votes whose ID begins with a given byte, one in 64 of them. */
const REFUSE = `
  create or replace function refuse_some() returns trigger language plpgsql as $$
  begin
    if get_byte(new.vote_id, 0) < 4 then
      raise exception 'this row is refused';
    end if;
    return new;
  end $$;
  create or replace trigger refuse_some before insert on votes for each row execute function refuse_some();`;

/** With owners and modes: the server insists on both. */
async function copy(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-a', from, to]);
}

/** Stops the server, copies its directory, and later puts the copy back in place of what came since. */
async function restoreFromBackup(stage: Stage): Promise<void> {
  const { part } = stage.world.infrastructure.postgres;
  const parent = join(stage.world.dataDirectory, 'postgres');
  const [cluster, backup] = [join(parent, 'cluster'), join(parent, 'backup')];
  await part.stop();
  await copy(cluster, backup);
  await part.start();
  const before = stage.load.acknowledged();
  await untilAcknowledged(stage.load, 1_500);
  await part.stop();
  await rm(cluster, { recursive: true });
  await rename(backup, cluster);
  await part.start();
  stage.happened('acknowledged vote taken back from the database', stage.load.acknowledged() - before);
}

/**
 * A streaming standby that has stopped receiving takes the primary's place: what the primary committed meanwhile, and
 * told the processors, is gone.
 */
async function promoteLaggingStandby(stage: Stage): Promise<void> {
  const { infrastructure, dataDirectory } = stage.world;
  const { part } = infrastructure.postgres;
  const parent = join(dataDirectory, 'postgres');
  const [cluster, copied] = [join(parent, 'cluster'), join(parent, 'standby')];
  await copyCluster(infrastructure, copied);
  const { part: standby } = await startStandby(infrastructure, copied);
  try {
    await untilAcknowledged(stage.load, 600);
    await standby.kill();
    const before = await countVotes(stage.world);
    await untilAcknowledged(stage.load, 600);
    await sleep(500);
    stage.happened('committed vote lost with the primary', (await countVotes(stage.world)) - before);
    await stage.kill(part);
  } finally {
    await standby.kill();
  }
  await rm(join(copied, 'standby.signal'));
  await rm(cluster, { recursive: true });
  await rename(copied, cluster);
  await part.start();
}

async function countVotes(world: World): Promise<number> {
  const [row] = await world.query('select count(*) as n from votes');
  return Number(row?.n);
}

export const postgresCases: readonly FaultCase[] = [
  {
    name: 'postgres-commit-reply-lost',
    what: 'PostgreSQL has committed, and the reply and the connection are lost, for the first commit and one in three.',
    fast: true,
    run: async stage => {
      let isFirst = true;
      stage.world.postgresProxy.loseReplies(() => {
        const lost = isFirst || stage.random() < 1 / 3;
        isFirst = false;
        if (lost) stage.happened('commit reply lost');
        return lost;
      });
      await sleep(12_000);
      stage.world.postgresProxy.loseReplies(() => false);
    },
  },
  {
    name: 'postgres-restored-from-backup',
    what: 'The database is put back to an earlier state; the log refills it.',
    fast: true,
    run: restoreFromBackup,
  },
  {
    name: 'postgres-standby-promoted',
    what: 'The primary dies and a standby takes its place without the last commits.',
    run: promoteLaggingStandby,
  },
  {
    name: 'postgres-killed',
    what: 'All of PostgreSQL is killed every 3 s.',
    run: async stage => {
      const { part } = stage.world.infrastructure.postgres;
      for (let time = 0; time < 5; time += 1) {
        await stage.kill(part);
        // It does not start while a process of its former life is about to end.
        await until('PostgreSQL starts again', () => part.start().then(() => true));
        await sleep(3_000);
      }
    },
  },
  {
    name: 'postgres-sessions-terminated',
    what: 'Sessions of the services are terminated at random, five a second.',
    run: async stage => {
      for (let time = 0; time < 60; time += 1) {
        await terminateOne(stage);
        await sleep(200);
      }
    },
  },
  {
    name: 'postgres-table-locked',
    what: 'Table votes is locked for 20 s.',
    run: stage => lockVotes(stage, 20_000),
  },
  {
    name: 'postgres-rows-refused',
    what: 'A trigger refuses one vote in 64; when it is gone, they are counted.',
    run: async stage => {
      await stage.world.query(REFUSE);
      await sleep(8_000);
      const [row] = await stage.world.query(
        `select count(*) as n from outcomes where code = 'database-refused'`,
      );
      stage.happened('vote refused by the database', Number(row?.n));
      await stage.world.query('drop trigger refuse_some on votes');
      // Tried again every 30 s, without anybody's help.
      const deadline = Date.now() + 60_000;
      for (;;) {
        const [left] = await stage.world.query(
          `select count(*) as n from outcomes where code = 'database-refused'`,
        );
        if (Number(left?.n) === 0) return;
        if (Date.now() > deadline) return stage.problem('INV-2: refused votes are not tried again');
        await sleep(500);
      }
    },
  },
];
