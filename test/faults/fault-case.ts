import type { Part } from '@suffrage/stack/part';
import type { CaseElections } from './ballots.ts';
import type { CaseResult } from './case-result.ts';
import type { Front } from './front.ts';
import type { Journal } from './journal.ts';
import type { Load } from './load.ts';
import type { Shape, World } from './world.ts';

/** What a case works with while votes are being cast. */
export type Stage = {
  readonly world: World;
  readonly elections: CaseElections;
  readonly load: Load;
  readonly journal: Journal;
  /** What the case itself has put before its votes. */
  readonly front?: Front | undefined;
  /** Seeded: the same seed makes the same choices. */
  readonly random: () => number;
  /** SIGKILL, counted. */
  kill(part: Part): Promise<void>;
  /** Notes that a fault happened, or several. A case without one fails: it has shown nothing. */
  happened(what: string, times?: number): void;
  /** Notes something that must not be. */
  problem(what: string): void;
};

/** A case that needs other processes than the world's, and makes and judges them itself. */
export type LoneCase = Pick<FaultCase, 'name' | 'what' | 'fast' | 'skip'> & {
  readonly alone: (options: {
    readonly name: string;
    readonly seed: number;
    /** Votes a second, where somebody asks for a rate. */
    readonly rate: number | undefined;
    readonly say: (line: string) => void;
  }) => Promise<CaseResult>;
};

/** One way for things to break. */
export type FaultCase = {
  readonly name: string;
  /** One sentence. */
  readonly what: string;
  /** Among those that run without being asked for all. */
  readonly fast?: boolean;
  /** Default `standard`. */
  readonly shape?: Shape;
  /** Votes a second where nobody asks for another rate; default 400. */
  readonly rate?: number;
  /** Where its votes go, instead of straight to the world's own ingestion processes. */
  readonly front?: (world: World) => Promise<Front>;
  /** Why it can't be made here, for instance because it needs root. */
  readonly skip?: () => string | undefined;
  /** Resolves when the fault is over. Whatever it leaves broken is healed by the runner. */
  readonly run: (stage: Stage) => Promise<void>;
};
