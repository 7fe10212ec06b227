import { fileURLToPath } from 'node:url';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Candidate, Judged } from '@suffrage/processor/decide';
import { planBatch } from '@suffrage/processor/decide';
import { openVoteDatabase, type VoteDatabase, type VoteStatements } from '@suffrage/processor/vote-database';
import { createVoteStore, type VoteStore } from '@suffrage/processor/vote-store';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import { openPool, type Pool } from '@suffrage/runtime/postgres/pool';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { createDatabase } from '@suffrage/test/testbed';
import { createFakeDatabase, type FakeDatabase } from './fakes/fake-database.ts';
import type { Tables } from './fakes/tables.ts';
import { createMachine } from './machine.ts';
import { makePlan, type Plan, TOPIC, toVote } from './plan.ts';
import { createRandom, type Random } from './random.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { CALM } from './weather.ts';

/**
 * Holds the fake database of the simulation against the real PostgreSQL: the same calls, in the same order, must give the
 * same answers, wait for the same locks and leave the same rows. What the simulation proves is worth no more than this.
 */
const MIGRATIONS = fileURLToPath(new URL('../../services/processor/migrations', import.meta.url));
const log = createLog('test', 'test', 'silent');
const lifecycle = createLifecycle(log);
let pool: Pool;

beforeAll(async () => {
  const name = `sim${randomBytes(5).toString('hex')}`;
  const url = await createDatabase(testServers().postgresUrl, name, lifecycle);
  await migrate(url, MIGRATIONS, log);
  pool = openPool({ url, application: 'simulation', max: 4, statementMillis: 30_000 }, log, lifecycle);
  await pool.query(
    `create table cursed (first_byte int);
     create function refuse() returns trigger language plpgsql as $$ begin
       if exists (select from cursed where first_byte = get_byte(new.vote_id, 0) % 8) then raise exception 'planted'; end if;
       return new;
     end $$;
     create trigger refuse before insert on votes for each row execute function refuse()`,
  );
}, 60_000);

afterAll(() => lifecycle.close(), 60_000);

beforeEach(async () => {
  await pool.query('truncate votes, outcomes, superseded, tallies, intake, progress, cursed');
});

function openFake(): { fake: FakeDatabase; database: VoteDatabase; scheduler: Scheduler } {
  const scheduler = createScheduler(0);
  const random = createRandom(1);
  const onDeadlock = () => undefined;
  const fake = createFakeDatabase({ name: 'fake', scheduler, random, weather: { ...CALM }, onDeadlock });
  return { fake, database: fake.connect(createMachine(scheduler, 'test')), scheduler };
}

const candidatesOf = (plan: Plan): Candidate[] =>
  plan.votes.map(vote => ({
    electionId: vote.ballot.vote.election.definition.id,
    voteId: vote.ballot.vote.voteId,
    ballotKey: vote.ballotKey,
    revision: vote.revision,
    selections: toVote(vote).selections.reveal(),
    instance: 'ingestion-0',
    offset: 0n,
    timestamp: 1_000,
  }));

/** Any records: votes in any order, with copies, and what is not counted anyway. */
function randomBatch(random: Random, candidates: readonly Candidate[], from: bigint): Judged[] {
  return Array.from({ length: random.integer(1, 8) }, (_, place): Judged => {
    const position = { offset: from + BigInt(place), timestamp: 1_000 + place };
    const candidate = { ...random.pick(candidates), ...position };
    const { electionId, voteId } = candidate;
    const kind = random.pick([
      'valid',
      'valid',
      'valid',
      'already-counted',
      'refused',
      'unreadable',
      'set aside',
    ]);
    if (kind === 'already-counted') return { kind, ...position, electionId, voteId };
    if (kind === 'refused') return { kind, ...position, electionId, voteId: null, code: 'token-invalid' };
    if (kind === 'unreadable') return { kind, ...position };
    if (kind === 'valid') return { kind, candidate };
    return { kind: 'database-refused', ...position, electionId, voteId, record: voteId };
  });
}

/** A call on either store: its answer, or the SQLSTATE of its refusal. */
async function outcomeOf<T>(answer: Promise<T>): Promise<unknown> {
  try {
    return printable(await answer);
  } catch (error) {
    return { refused: error instanceof Error && 'code' in error ? error.code : String(error) };
  }
}

function printable(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (value instanceof Set) return [...value].map(printable).toSorted();
  if (value instanceof Map) return printable(Object.fromEntries([...value].toSorted()));
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, printable(member)]),
  );
}

/** All rows of all tables as sorted texts. */
async function realRows(): Promise<string[]> {
  const { rows } = await pool.query<{ row: string }>(
    `select concat_ws(' ', 'votes', election_id, encode(ballot_key, 'hex'), encode(vote_id, 'hex'), revision, encode(selections, 'hex'), cast_at, record_offset, partition) as row from votes
     union all select concat_ws(' ', 'outcomes', partition, record_offset, outcome, coalesce(code, '-'), coalesce(election_id, '-'), coalesce(encode(vote_id, 'hex'), '-'), coalesce(encode(gave_way_to, 'hex'), '-'), coalesce(encode(record, 'hex'), '-'), coalesce(cast_at::text, '-')) from outcomes
     union all select concat_ws(' ', 'superseded', partition, record_offset, revision, election_id, encode(vote_id, 'hex'), encode(superseded_by, 'hex')) from superseded
     union all select concat_ws(' ', 'tallies', election_id, contest, option, partition, votes) from tallies
     union all select concat_ws(' ', 'intake', election_id, instance, partition, votes) from intake
     union all select concat_ws(' ', 'progress', topic, partition, epoch, next_offset, counted, not_counted, requeued) from progress`,
  );
  return rows.map(({ row }) => row).toSorted();
}

function fakeRows({ votes, outcomes, superseded, tallies, intake, progress }: Tables): string[] {
  const hex = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString('hex') : '-');
  const text = (...fields: readonly unknown[]) => fields.map(String).join(' ');
  return [
    ...[...votes.values()].map(row =>
      text(
        'votes',
        row.electionId,
        hex(row.ballotKey),
        hex(row.voteId),
        row.revision,
        hex(row.selections),
        row.timestamp,
        row.offset,
        row.partition,
      ),
    ),
    ...[...outcomes.values()].map(row =>
      text(
        'outcomes',
        row.partition,
        row.offset,
        row.outcome,
        row.code ?? '-',
        row.electionId ?? '-',
        hex(row.voteId),
        hex(row.gaveWayTo),
        hex(row.retry?.record),
        row.retry?.timestamp ?? '-',
      ),
    ),
    ...[...superseded.values()].map(row =>
      text(
        'superseded',
        row.partition,
        row.offset,
        row.revision,
        row.electionId,
        hex(row.voteId),
        hex(row.supersededBy),
      ),
    ),
    ...[...tallies.values()].map(row =>
      text('tallies', row.electionId, row.contest, row.option, row.partition, row.votes),
    ),
    ...[...intake.values()].map(row =>
      text('intake', row.electionId, row.instance, row.partition, row.votes),
    ),
    ...[...progress.values()].map(row =>
      text(
        'progress',
        row.topic,
        row.partition,
        row.epoch,
        row.nextOffset,
        row.counted,
        row.notCounted,
        row.requeued,
      ),
    ),
  ].toSorted();
}

test.each([1, 2, 3, 4, 5, 6])(
  'random batches give the same answers and leave the same rows (seed %i)',
  async seed => {
    const random = createRandom(seed, 'contract');
    const plan = makePlan(random.fork('plan'));
    const candidates = candidatesOf(plan);
    const find = (id: string) =>
      plan.votes.map(({ ballot }) => ballot.vote.election).find(({ definition }) => definition.id === id);
    const { fake, database, scheduler } = openFake();
    const stores = {
      fake: createVoteStore(database, find),
      real: createVoteStore(openVoteDatabase(pool), find),
    };
    const both = async <T>(call: (store: VoteStore) => Promise<T>) => {
      const expected = await outcomeOf(call(stores.real));
      expect(await scheduler.run(outcomeOf(call(stores.fake)))).toEqual(expected);
    };
    for (const partition of [0, 1]) await both(store => store.take(TOPIC, partition));
    for (let step = 0; step < 40; step += 1) {
      const partition = random.integer(0, 1);
      const now = await stores.real.readProgress(TOPIC, partition);
      if (!now) throw new Error('the partition has been taken');
      const epoch = random.chance(0.1) ? now.epoch - 1n : now.epoch;
      const from = random.chance(0.1) ? now.nextOffset + 1n : now.nextOffset;
      const fence = { topic: TOPIC, partition, epoch };
      const judged = randomBatch(random, candidates, from);
      const curse = random.chance(0.3) ? random.integer(0, 7) : -1;
      await pool.query('truncate cursed');
      await pool.query('insert into cursed values ($1)', [curse]);
      fake.setTrigger(({ voteId }) => (voteId[0] ?? 0) % 8 === curse);
      await both(store => store.commit(fence, from, from + BigInt(judged.length), planBatch(judged)));
      const [refused] = await stores.real.refusedRecords(partition, -1n, 100);
      await both(store => store.refusedRecords(partition, -1n, random.fork(`limit ${step}`).integer(1, 5)));
      if (refused && random.chance(0.5)) {
        const again = { ...random.pick(candidates), offset: refused.offset, timestamp: refused.timestamp };
        await both(store => store.requeue(fence, planBatch([{ kind: 'valid', candidate: again }])));
      }
      await both(store => store.countedAmong(candidates));
      await both(store => store.readProgress(TOPIC, partition));
      if (random.chance(0.1)) await both(store => store.take(TOPIC, partition));
      expect(fakeRows(fake.tables())).toEqual(await realRows());
    }
    expect(fake.tables().votes.size).toBeGreaterThan(2);
  },
  120_000,
);

/** A transaction that is driven from outside, statement by statement. */
type Open = { readonly statements: VoteStatements; commit(): Promise<void>; rollBack(): Promise<void> };

async function open(database: VoteDatabase): Promise<Open> {
  const opened = Promise.withResolvers<VoteStatements>();
  const ending = Promise.withResolvers<void>();
  const done = database.transaction(async statements => {
    opened.resolve(statements);
    await ending.promise;
  });
  const ended = done.catch(() => undefined);
  return {
    statements: await opened.promise,
    commit: async () => {
      ending.resolve();
      await done;
    },
    rollBack: async () => {
      ending.reject(new Error('rolled back'));
      await ended;
    },
  };
}

/** One database, and how to see that a call on it waits for a lock. */
type Bench = {
  readonly database: VoteDatabase;
  settle<T>(call: Promise<T>): Promise<T>;
  /** Resolves when the call waits for a lock, or has settled: then with false. */
  waits(call: Promise<unknown>): Promise<boolean>;
};

function realBench(): Bench {
  return {
    database: openVoteDatabase(pool),
    settle: call => call,
    async waits(call) {
      let settled = false;
      const settle = () => {
        settled = true;
      };
      call.then(settle, settle);
      let waiting = false;
      await until('it waits or has settled', async () => {
        const { rows } = await pool.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        waiting = rows.length > 0;
        return waiting || settled;
      });
      return waiting;
    },
  };
}

function fakeBench(): Bench {
  const { database, scheduler } = openFake();
  return {
    database,
    settle: call => scheduler.run(call),
    async waits(call) {
      let settled = false;
      const settle = () => {
        settled = true;
      };
      call.then(settle, settle);
      await scheduler.run(scheduler.sleep(1_000));
      return !settled;
    },
  };
}

const revisionOf = (revision: number): Candidate => ({
  electionId: 'election-0',
  voteId: new Uint8Array(32).fill(revision),
  ballotKey: new Uint8Array(32).fill(9),
  revision,
  selections: Uint8Array.of(revision),
  instance: 'ingestion-0',
  offset: BigInt(revision),
  timestamp: 1_000,
});
const [older, newer] = [revisionOf(1), revisionOf(2)];
const fence = { topic: TOPIC, partition: 0, epoch: 1n };

/** What happens to a second transaction while, and after, a first one is open. */
type Scenario = {
  readonly name: string;
  /** The vote is there before. */
  readonly counted?: boolean;
  readonly first: (statements: VoteStatements) => Promise<unknown>;
  readonly second: (statements: VoteStatements) => Promise<unknown>;
  readonly ends: 'commit' | 'rollBack';
  readonly waits: boolean;
};

const insertOlder = (to: VoteStatements) => to.insertVotes(1, [older]);
const replace = async (to: VoteStatements) => {
  await to.lockVotes([newer]);
  await to.replaceVotes(0, [newer]);
};
const moveOn = async (to: VoteStatements) => {
  await to.holdsFence(fence, 0n);
  await to.advance(fence, 2n, 1, 1);
};

const scenarios: readonly Scenario[] = [
  {
    name: 'insert behind an insert that is committed',
    first: insertOlder,
    second: insertOlder,
    ends: 'commit',
    waits: true,
  },
  {
    name: 'insert behind an insert that is rolled back',
    first: insertOlder,
    second: insertOlder,
    ends: 'rollBack',
    waits: true,
  },
  {
    name: 'insert where a row is only locked',
    counted: true,
    first: to => to.lockVotes([older]),
    second: insertOlder,
    ends: 'commit',
    waits: false,
  },
  {
    name: 'insert where a row is being replaced',
    counted: true,
    first: replace,
    second: insertOlder,
    ends: 'commit',
    waits: true,
  },
  {
    name: 'lock behind a lock',
    counted: true,
    first: to => to.lockVotes([older]),
    second: to => to.lockVotes([older]),
    ends: 'rollBack',
    waits: true,
  },
  {
    name: 'lock behind a replacement: the new row is seen',
    counted: true,
    first: replace,
    second: to => to.lockVotes([older]),
    ends: 'commit',
    waits: true,
  },
  {
    name: 'lock behind a replacement that is rolled back',
    counted: true,
    first: replace,
    second: to => to.lockVotes([older]),
    ends: 'rollBack',
    waits: true,
  },
  {
    name: 'fence behind one that moves on',
    first: moveOn,
    second: to => to.holdsFence(fence, 0n),
    ends: 'commit',
    waits: true,
  },
  {
    name: 'fence behind one that is rolled back',
    first: moveOn,
    second: to => to.holdsFence(fence, 0n),
    ends: 'rollBack',
    waits: true,
  },
  {
    name: 'fence of another epoch',
    first: moveOn,
    second: to => to.holdsFence({ ...fence, epoch: 7n }),
    ends: 'commit',
    waits: false,
  },
  {
    name: 'fence at another position',
    first: moveOn,
    second: to => to.holdsFence(fence, 1n),
    ends: 'commit',
    waits: false,
  },
  { name: 'outcomes of the same record', first: setAside, second: setAside, ends: 'commit', waits: true },
];

function setAside(to: VoteStatements): Promise<void> {
  return to.insertOutcomes(0, planBatch([{ kind: 'unreadable', offset: 0n, timestamp: 1 }]).notCounted);
}

async function play({ counted, first, second, ends }: Scenario, bench: Bench) {
  const { database, settle } = bench;
  await settle(database.takePartition(TOPIC, 0));
  if (counted) await settle(database.transaction(to => to.insertVotes(0, [older])));
  const one = await settle(open(database));
  await settle(first(one.statements));
  const two = await settle(open(database));
  const asked = outcomeOf(second(two.statements));
  const waited = await bench.waits(asked);
  // A taker comes along as well: it waits for whoever holds the fence.
  const taking = outcomeOf(database.takePartition(TOPIC, 0));
  await settle(one[ends]());
  const answer = await settle(asked);
  await settle(two.rollBack());
  return { waited, answer, taken: await settle(taking) };
}

test.each(scenarios.map(scenario => [scenario.name, scenario] as const))(
  'two transactions wait and see alike: %s',
  async (_name, scenario) => {
    const expected = await play(scenario, realBench());
    expect(expected.waited).toBe(scenario.waits);
    expect(await play(scenario, fakeBench())).toEqual(expected);
  },
  60_000,
);

test('a row locked by one and inserted by the other can not make two partitions wait for each other', async () => {
  const bench = fakeBench();
  const other = { ...older, ballotKey: new Uint8Array(32).fill(10) };
  await bench.settle(bench.database.transaction(to => to.insertVotes(0, [older, other])));
  const [one, two] = [await bench.settle(open(bench.database)), await bench.settle(open(bench.database))];
  await bench.settle(one.statements.lockVotes([older]));
  // The order of the keys, not of the arguments: the second one waits for the first row before it has any other.
  const waiting = two.statements.lockVotes([other, older]);
  expect(await bench.waits(waiting)).toBe(true);
  await bench.settle(one.statements.lockVotes([other]));
  await bench.settle(one.commit());
  expect((await bench.settle(waiting)).size).toBe(2);
  await bench.settle(two.rollBack());
});
