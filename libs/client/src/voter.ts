import { electionId as electionIdSchema, type ElectionDefinition } from '@suffrage/contracts/election';
import type { Receipt } from '@suffrage/contracts/receipt';
import type { MarkedOptions } from '@suffrage/contracts/selections';
import { followVote } from './follow-vote.ts';
import { getToken } from './get-token.ts';
import { type Counted, keepPrepared, type KeptVote, readKept, withProof } from './kept-vote.ts';
import { prepareVote } from './prepare-vote.ts';
import { type Fetch, systemFetch } from './private-fetch.ts';
import { blindVote, type Proof } from './request-token.ts';
import { sendVote } from './send-vote.ts';
import { problem, type VoteProblem } from './vote-problem.ts';
import type { VoteStore } from './vote-store.ts';
import { type Budget, ChangedElsewhere, openRun, type Progress, type Run, StoreFailed } from './voter-run.ts';
import { systemSurroundings } from './voter-surroundings.ts';

export type VoterOptions = {
  /** Addresses up to `/v1`. For the page's own server `/api/registrar`, `/api/ingestion` and `/api/results`. */
  readonly registrarUrl: string;
  readonly ingestionUrl: string;
  readonly resultsUrl: string;
  readonly store: VoteStore;
  /** Tells voters apart who share a device: lower-case letters, digits, hyphens. Never a name: it is kept. */
  readonly profile?: string;
  /** Default ten minutes and 40 attempts. */
  readonly budget?: Partial<Budget>;
  readonly onProgress?: (progress: Progress) => void;
  /** Default that of the platform. What it adds to requests may tie voter and vote. */
  readonly fetch?: Fetch;
};

/** `superseded`, `older-revision`: counted, and a later vote of the same voter counts instead. */
export type VoteResult =
  | {
      readonly ok: true;
      readonly status: Counted['status'];
      readonly voteId: string;
      /** None where it was lost on the way. */
      readonly receipt?: Receipt;
    }
  | VoteProblem;

export type CallOptions = {
  /** Stops waiting. The vote stays as it is, and may be on its way. */
  readonly signal?: AbortSignal;
};

export type UnfinishedVote = {
  readonly electionId: string;
  readonly voteId: string;
  /** `prepared`: has no token yet. `signed`: has one, and may have been sent. `stored`: has a receipt. */
  readonly stage: 'prepared' | 'signed' | 'stored';
};

/**
 * One voter on one device. Each call goes on until the vote is counted, or gives the reason why not with what can be done.
 * Only faults of the caller are thrown.
 */
export type Voter = {
  /**
   * Commits to the marks, keeps them on the device, gets a token, sends the vote, and waits until it is counted.
   * @param proof kept, too, until the token is there.
   */
  cast(
    definition: ElectionDefinition,
    marked: MarkedOptions,
    proof?: Proof,
    call?: CallOptions,
  ): Promise<VoteResult>;
  /** The same for a vote that replaces an earlier one, in elections with `revote: "last"`. */
  voteAgain(
    definition: ElectionDefinition,
    marked: MarkedOptions,
    proof?: Proof,
    call?: CallOptions,
  ): Promise<VoteResult>;
  /** Goes on with the vote that is kept, wherever it stopped. `undefined`: none is kept. @param proof replaces the kept one. */
  resume(electionId: string, proof?: Proof, call?: CallOptions): Promise<VoteResult | undefined>;
  /** What waits to be resumed. */
  unfinished(): Promise<readonly UnfinishedVote[]>;
  /** Erases what is kept, counted or not. A vote that has a token and was not sent is lost: there may be no second token. */
  forget(electionId: string, call?: CallOptions): Promise<void>;
};

const PROFILE = /^[a-z0-9-]{1,63}$/;
const DEFAULT_BUDGET: Budget = { millis: 600_000, attempts: 40 };

/** @throws RangeError when the profile has other characters. */
export function createVoter(options: VoterOptions): Voter {
  const { store, profile = 'voter', fetch = systemFetch, registrarUrl, ingestionUrl, resultsUrl } = options;
  if (!PROFILE.test(profile)) throw new RangeError('a profile has lower-case letters, digits and hyphens');
  const services = { registrarUrl, ingestionUrl, resultsUrl, fetch };
  const budget = { ...DEFAULT_BUDGET, ...options.budget };
  const keyOf = (electionId: string) => `${electionIdSchema.parse(electionId)}.${profile}`;

  const alone = async <T>(
    electionId: string,
    { signal = new AbortController().signal }: CallOptions,
    work: (run: Run) => Promise<T>,
  ): Promise<T | VoteProblem> => {
    const key = keyOf(electionId);
    const surroundings = systemSurroundings(signal);
    const { onProgress } = options;
    let isAlone = false;
    const start = () => {
      isAlone = true;
      return openRun({ store, key, electionId, onProgress, services, budget, surroundings, signal }).then(
        work,
      );
    };
    try {
      return await store.exclusively(key, signal, start);
    } catch (cause) {
      if (cause instanceof StoreFailed) return problem('store-failed', { cause });
      if (cause instanceof ChangedElsewhere) return problem('changed-elsewhere', { cause });
      if (signal.aborted) return problem('stopped', { cause });
      // Browsers lock nothing in an insecure context, or where a site may keep nothing.
      if (!isAlone) return problem('store-failed', { cause });
      throw cause;
    }
  };

  const begin = (
    mayReplace: boolean,
    definition: ElectionDefinition,
    marked: MarkedOptions,
    proof: Proof | undefined,
    call: CallOptions,
  ) =>
    alone(definition.id, call, async run => {
      const kept = run.kept();
      const blocked = whyNot(kept, mayReplace, definition);
      if (blocked) return blocked;
      const prepared = prepareVote(definition, marked);
      if (!prepared.ok) return problem('choice-invalid', { refusal: prepared });
      const blindState = definition.mode === 'secret' ? blindVote(prepared.vote) : undefined;
      await run.replace(keepPrepared(prepared.vote, proof, blindState, countedBefore(kept)));
      return finish(run);
    });

  return {
    cast: (definition, marked, proof, call = {}) => begin(false, definition, marked, proof, call),
    voteAgain: (definition, marked, proof, call = {}) => begin(true, definition, marked, proof, call),
    resume: (electionId, proof, call = {}) =>
      alone(electionId, call, async run => {
        const kept = run.kept();
        if (!kept) return undefined;
        if (proof && kept.stage === 'prepared') await run.replace(withProof(kept, proof));
        return finish(run);
      }),
    unfinished: async () => {
      const keys = (await store.keys()).filter(key => key.endsWith(`.${profile}`));
      const texts = await Promise.all(keys.map(store.read));
      return texts.flatMap(text => (text === undefined ? [] : unfinishedIn(readKept(text))));
    },
    forget: async (electionId, { signal = new AbortController().signal } = {}) => {
      const key = keyOf(electionId);
      await store.exclusively(key, signal, () => store.remove(key));
    },
  };
}

/** Takes the vote from the stage that it is kept in to the last. */
async function finish(run: Run): Promise<VoteResult> {
  for (;;) {
    const kept = run.kept();
    if (!kept) throw new Error('nothing is kept');
    if (kept.stage === 'counted') return toResult(kept);
    const step = await nextStep(run, kept);
    if ('ok' in step) return step;
  }
}

function nextStep(run: Run, kept: Exclude<KeptVote, Counted>) {
  switch (kept.stage) {
    case 'prepared':
      return getToken(run, kept);
    case 'signed':
      return sendVote(run, kept);
    case 'stored':
      return followVote(run, kept);
  }
}

function whyNot(kept: KeptVote | undefined, mayReplace: boolean, { revote }: ElectionDefinition) {
  if (mayReplace && revote !== 'last') return problem('no-voting-again');
  if (!kept || (kept.stage === 'prepared' && !kept.isAsked)) return undefined;
  if (kept.stage !== 'counted') return problem('vote-unfinished', { voteId: kept.voteId });
  if (mayReplace) return undefined;
  return problem(kept.mayVoteAgain ? 'may-vote-again' : 'voted-already', detailsOf(kept));
}

function countedBefore(kept: KeptVote | undefined): Counted | undefined {
  if (kept?.stage === 'counted') return kept;
  return kept && 'previous' in kept ? kept.previous : undefined;
}

function toResult(kept: Counted): VoteResult {
  return { ok: true, status: kept.status, ...detailsOf(kept) };
}

function detailsOf({ voteId, receipt }: Counted) {
  return { voteId, ...(receipt ? { receipt } : {}) };
}

function unfinishedIn(kept: KeptVote): UnfinishedVote[] {
  if (kept.stage === 'counted') return [];
  return [{ electionId: kept.definition.id, voteId: kept.voteId, stage: kept.stage }];
}
