import type { Candidate, NotCounted } from '@suffrage/processor/decide';
import type { Replaced } from '@suffrage/processor/statements';
import type { TallyChange } from '@suffrage/processor/tally';
import type { RowLocks } from './row-locks.ts';

export type VoteRow = Candidate & { readonly partition: number };
export type OutcomeRow = NotCounted & { readonly partition: number };
export type TallyRow = TallyChange & { readonly partition: number };
export type IntakeRow = {
  readonly electionId: string;
  readonly instance: string;
  readonly partition: number;
  readonly votes: number;
};
export type ProgressRow = {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: bigint;
  readonly nextOffset: bigint;
  readonly counted: number;
  readonly notCounted: number;
  readonly requeued: number;
};

/** The tables of `001_votes.sql`; keys are the primary keys. Rows are never changed, only replaced. */
export type Tables = {
  readonly votes: Map<string, VoteRow>;
  readonly outcomes: Map<string, OutcomeRow>;
  readonly superseded: Map<string, Replaced>;
  readonly tallies: Map<string, TallyRow>;
  readonly intake: Map<string, IntakeRow>;
  readonly progress: Map<string, ProgressRow>;
};

export function emptyTables(): Tables {
  return {
    votes: new Map(),
    outcomes: new Map(),
    superseded: new Map(),
    tallies: new Map(),
    intake: new Map(),
    progress: new Map(),
  };
}

export function copyTables(tables: Tables): Tables {
  return {
    votes: new Map(tables.votes),
    outcomes: new Map(tables.outcomes),
    superseded: new Map(tables.superseded),
    tallies: new Map(tables.tallies),
    intake: new Map(tables.intake),
    progress: new Map(tables.progress),
  };
}

/**
 * One table as a transaction sees it (read committed): its own writes, above what is committed at that moment. `put` and
 * `remove` need the row's lock.
 */
export type View<Row> = {
  lock(key: string): Promise<void>;
  settled(key: string): Promise<void>;
  get(key: string): Row | undefined;
  put(key: string, row: Row): void;
  remove(key: string): void;
};

/** A transaction's writes, seen by nobody else until `commit`. */
export type Transaction = {
  readonly [Name in keyof Tables]: View<Tables[Name] extends Map<string, infer Row> ? Row : never>;
} & { commit(): void; abort(): void };

export function beginTransaction(tables: () => Tables, locks: RowLocks): Transaction {
  const owner = {};
  const commits: (() => void)[] = [];
  const view = <Row>(name: string, table: () => Map<string, Row>): View<Row> => {
    const written = new Map<string, Row | undefined>();
    commits.push(() => {
      for (const [key, row] of written) {
        if (row === undefined) table().delete(key);
        else table().set(key, row);
      }
    });
    const write = (key: string, row: Row | undefined) => {
      locks.write(owner, `${name} ${key}`);
      written.set(key, row);
    };
    return {
      lock: key => locks.lock(owner, `${name} ${key}`),
      settled: key => locks.settled(owner, `${name} ${key}`),
      get: key => (written.has(key) ? written.get(key) : table().get(key)),
      put: write,
      remove: key => write(key, undefined),
    };
  };
  return {
    votes: view('votes', () => tables().votes),
    outcomes: view('outcomes', () => tables().outcomes),
    superseded: view('superseded', () => tables().superseded),
    tallies: view('tallies', () => tables().tallies),
    intake: view('intake', () => tables().intake),
    progress: view('progress', () => tables().progress),
    commit() {
      for (const commit of commits) commit();
      locks.release(owner);
    },
    abort: () => locks.release(owner),
  };
}
