import type { Candidate } from '@suffrage/processor/decide';
import type { VoteDatabase, VoteStatements } from '@suffrage/processor/vote-database';
import type { Machine } from '../machine.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Weather } from '../weather.ts';
import * as statements from './fake-statements.ts';
import { createRowLocks, databaseError } from './row-locks.ts';
import { beginTransaction, copyTables, emptyTables, type Tables, type Transaction } from './tables.ts';

/** As `idle_in_transaction_session_timeout` of the processor's sessions. */
const IDLE_IN_TRANSACTION_MILLIS = 5_000;
const HOP_MILLIS = 1;

/** A PostgreSQL that can crash, lose sessions and be restored; what it has committed it keeps until then. */
export type FakeDatabase = {
  readonly name: string;
  /** A client's pool on one machine. */
  connect(machine: Machine): VoteDatabase;
  /** What is committed at this moment. */
  tables(): Tables;
  /** Ends all sessions, and refuses new ones for so long. Nothing that was committed is lost. */
  crash(millis: number): void;
  /** Ends one session, if there is any. */
  endSession(): void;
  /** All of it as it is now, for `restore`. */
  backup(): Tables;
  /** Ends all sessions, and goes back to a backup (or to the state that a promoted standby had). */
  restore(backup: Tables): void;
  /** A trigger: votes that it refuses, until it is replaced. */
  setTrigger(refuses: (vote: Candidate) => boolean): void;
  isUp(): boolean;
  /** For a mutant: moves a position up as if the records below it had been accounted for. */
  skipTo(topic: string, partition: number, offset: bigint): void;
};

type Options = {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
  readonly onDeadlock: (row: string) => void;
};

/** One connection: at most one transaction, gone when it ends or the session does. */
type Session = { readonly machine: Machine; transaction: Transaction | undefined; alive: boolean };

export function createFakeDatabase({ name, scheduler, random, weather, onDeadlock }: Options): FakeDatabase {
  const locks = createRowLocks(scheduler, onDeadlock);
  const sessions = new Set<Session>();
  let tables = emptyTables();
  let downUntil = 0;
  let refuses: (vote: Candidate) => boolean = () => false;

  const isUp = () => scheduler.now() >= downUntil;
  const hop = () => scheduler.sleep(random.between(0, HOP_MILLIS));
  const broken = () => databaseError('ECONNRESET', `connection to ${name} lost`);

  const end = (session: Session) => {
    session.alive = false;
    sessions.delete(session);
    session.transaction?.abort();
    session.transaction = undefined;
  };
  const endAll = () => {
    for (const session of sessions) end(session);
  };
  const begin = () => beginTransaction(() => tables, locks);

  const open = async (machine: Machine): Promise<Session> => {
    await hop();
    if (!isUp()) throw databaseError('ECONNREFUSED', `${name} does not answer`);
    const session: Session = { machine, transaction: undefined, alive: true };
    sessions.add(session);
    return session;
  };

  /** The server notices a little later that a client has gone, and after 5 s that it does nothing. */
  const watch = (machine: Machine) => {
    const endOwn = (which: (session: Session) => boolean) => () => {
      for (const session of sessions) if (session.machine === machine && which(session)) end(session);
    };
    const endIdle = endOwn(({ transaction }) => transaction !== undefined && machine.isFrozen());
    machine.onDeath(() =>
      scheduler.after(
        random.between(0, 2 * HOP_MILLIS),
        endOwn(() => true),
      ),
    );
    machine.onFreeze(() => scheduler.after(IDLE_IN_TRANSACTION_MILLIS, endIdle));
  };

  /** One statement, there and back. The session may break before it, or after it: then only the reply is lost. */
  const execute = async <T>(session: Session, run: () => Promise<T>): Promise<T> => {
    await hop();
    if (random.chance(weather.sessionLost)) end(session);
    if (!session.alive) throw broken();
    const result = await run();
    if (random.chance(weather.sessionLost)) end(session);
    await hop();
    if (!session.alive) throw broken();
    return result;
  };

  const inTransaction = (session: Session): Transaction => {
    if (!session.transaction) throw databaseError('25P01', 'there is no transaction');
    return session.transaction;
  };

  /** A statement on its own: committed when it ends. */
  const autocommit = async <T>(session: Session, run: (tx: Transaction) => Promise<T>): Promise<T> => {
    const tx = begin();
    session.transaction = tx;
    try {
      const result = await run(tx);
      tx.commit();
      return result;
    } catch (error) {
      tx.abort();
      throw error;
    } finally {
      session.transaction = undefined;
    }
  };

  const connect = (machine: Machine): VoteDatabase => {
    watch(machine);
    const once = async <T>(run: (session: Session) => Promise<T>): Promise<T> => {
      const session = await machine.receive(open(machine));
      try {
        return await machine.receive(execute(session, () => run(session)));
      } finally {
        sessions.delete(session);
      }
    };
    const read = <T>(look: (current: Tables) => T) => once(async () => look(tables));
    return {
      takePartition: (topic, partition) =>
        once(session => autocommit(session, tx => statements.takePartition(tx, topic, partition))),
      readProgress: (topic, partition) => read(now => statements.readProgress(now, topic, partition)),
      countedAmong: async votes =>
        votes.length === 0 ? new Set() : read(now => statements.countedAmong(now, votes)),
      refusedRecords: (partition, after, limit) =>
        read(now => statements.refusedRecords(now, partition, after, limit)),
      async transaction(work) {
        const session = await machine.receive(open(machine));
        const ask = <T>(run: (tx: Transaction) => Promise<T>) =>
          machine.receive(execute(session, () => run(inTransaction(session))));
        try {
          await machine.receive(
            execute(session, async () => {
              session.transaction = begin();
            }),
          );
          const result = await work(statementsOf(ask));
          await ask(async tx => {
            tx.commit();
            session.transaction = undefined;
          });
          return result;
        } finally {
          // Rolls back what has not been committed.
          end(session);
        }
      },
    };
  };

  const statementsOf = (ask: <T>(run: (tx: Transaction) => Promise<T>) => Promise<T>): VoteStatements => ({
    holdsFence: (fence, from) => ask(tx => statements.holdsFence(tx, fence, from)),
    // The real ones do not bother the database with nothing either.
    insertVotes: async (partition, votes) =>
      votes.length === 0
        ? { added: [], taken: [] }
        : ask(tx => statements.insertVotes(tx, partition, votes, refuses)),
    lockVotes: async votes => (votes.length === 0 ? new Map() : ask(tx => statements.lockVotes(tx, votes))),
    replaceVotes: async (partition, votes) => {
      if (votes.length > 0) await ask(tx => statements.replaceVotes(tx, partition, votes));
    },
    insertSuperseded: async replaced => {
      if (replaced.length > 0) await ask(tx => statements.insertSuperseded(tx, replaced));
    },
    insertOutcomes: async (partition, outcomes) => {
      if (outcomes.length > 0) await ask(tx => statements.insertOutcomes(tx, partition, outcomes));
    },
    takeRefused: (partition, offsets) => ask(tx => statements.takeRefused(tx, partition, offsets)),
    addTotals: async (partition, changes, counted) => {
      if (counted.length === 0) return;
      await ask(async tx => {
        await statements.addTallies(tx, partition, changes);
        await statements.addIntake(tx, partition, counted);
      });
    },
    advance: (fence, to, counted, notCounted) =>
      ask(tx => statements.advance(tx, fence, to, counted, notCounted)),
    countRequeued: async (fence, counted) => {
      if (counted > 0) await ask(tx => statements.countRequeued(tx, fence, counted));
    },
  });

  return {
    name,
    connect,
    tables: () => tables,
    crash(millis) {
      downUntil = Math.max(downUntil, scheduler.now() + millis);
      endAll();
    },
    endSession() {
      if (sessions.size > 0) end(random.pick([...sessions]));
    },
    backup: () => copyTables(tables),
    restore(backup) {
      endAll();
      tables = copyTables(backup);
    },
    setTrigger(next) {
      refuses = next;
    },
    isUp,
    skipTo(topic, partition, offset) {
      const key = statements.progressKey(topic, partition);
      const row = tables.progress.get(key);
      if (!row) return;
      const notCounted = row.notCounted + Number(offset - row.nextOffset);
      tables.progress.set(key, { ...row, nextOffset: offset, notCounted });
    },
  };
}
