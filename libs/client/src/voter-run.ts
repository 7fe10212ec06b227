import type { Receipt } from '@suffrage/contracts/receipt';
import type { Surroundings } from './cast-vote.ts';
import { type KeptVote, readKept, writeKept } from './kept-vote.ts';
import type { Fetch } from './private-fetch.ts';
import type { VoteProblem } from './vote-problem.ts';
import type { VoteStore } from './vote-store.ts';
import { untilOnline } from './voter-surroundings.ts';

/**
 * `token`: the registrar has signed the vote ID, and the signature verifies. `sent`: the first attempt begins; from here on
 * the vote may be stored. `stored`: on the log, with a receipt that verifies. `counted`: the results service says so, and
 * what was secret is erased from this device. `offline`: waits for a network.
 */
export type Progress = {
  readonly step: 'token' | 'sent' | 'stored' | 'counted' | 'offline';
  readonly electionId: string;
  readonly voteId: string;
  /** With `stored`. */
  readonly receipt?: Receipt;
};

/** Bounds each of getting the token, sending and waiting for the count, in one call. Time without a network is not counted. */
export type Budget = { readonly millis: number; readonly attempts: number };

export type Services = {
  /** Addresses without a slash at the end. */
  readonly registrarUrl: string;
  readonly ingestionUrl: string;
  readonly resultsUrl: string;
  readonly fetch: Fetch;
};

/** One call of a voter while it holds the lock on the vote. */
export type Run = {
  readonly services: Services;
  readonly budget: Budget;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  /** What is kept now, as far as this run knows. */
  kept(): KeptVote | undefined;
  /** Durable when it resolves. @throws StoreFailed or ChangedElsewhere, and nothing is changed then. */
  replace(next: KeptVote | undefined): Promise<void>;
  tell(step: Progress['step'], receipt?: Receipt): void;
  untilOnline(): Promise<void>;
};

/** What a step comes to: the vote at its next stage, kept already, or why it stays where it is. */
export type Step = KeptVote | VoteProblem;

export class StoreFailed extends Error {
  override readonly name = 'StoreFailed';
}

/** The lock was lost, to another tab say, while this one slept. What the other has erased must not come back. */
export class ChangedElsewhere extends Error {
  override readonly name = 'ChangedElsewhere';
}

type RunOptions = Pick<Run, 'services' | 'budget' | 'surroundings' | 'signal'> & {
  readonly store: VoteStore;
  readonly key: string;
  readonly electionId: string;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
};

/** @throws StoreFailed when what is kept can't be read. */
export async function openRun({ store, key, electionId, onProgress, ...rest }: RunOptions): Promise<Run> {
  let text = await safely(() => store.read(key));
  let kept = text === undefined ? undefined : await safely(async () => readKept(text ?? ''));
  const tell: Run['tell'] = (step, receipt) => {
    const voteId = kept?.voteId ?? '';
    onProgress?.({ step, electionId, voteId, ...(receipt ? { receipt } : {}) });
  };
  return {
    ...rest,
    kept: () => kept,
    replace: async next => {
      const current = await safely(() => store.read(key));
      if (current !== text) throw new ChangedElsewhere('another tab or process has changed the kept vote');
      const nextText = next && writeKept(next);
      await safely(() => (nextText === undefined ? store.remove(key) : store.write(key, nextText)));
      text = nextText;
      kept = next;
    },
    tell,
    untilOnline: () => untilOnline(rest.surroundings, rest.signal, () => tell('offline')),
  };
}

async function safely<T>(access: () => Promise<T>): Promise<T> {
  try {
    return await access();
  } catch (cause) {
    throw new StoreFailed('the vote can not be kept on this device', { cause });
  }
}
