import type { Proof, VoteResult } from '@suffrage/client/browser';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { MarkedOptions } from '@suffrage/contracts/selections';
import { useEffect, useMemo, useReducer, useRef } from 'react';
import { type CastingEvent, reachedBy, reduceCasting } from './casting.ts';
import { deviceVoter } from './device-voter.ts';
import { keptProof } from './kept-proof.ts';

/**
 * The vote of this device in one election. A vote that is kept goes on by itself: after a reload, a crash, a closed tab.
 * Leaving the view stops waiting, and loses nothing.
 */
export function useCasting(electionId: string) {
  const [casting, tell] = useReducer(reduceCasting, { status: 'looking' });
  const leaving = useRef(new AbortController());
  const voter = useMemo(() => voterTelling(electionId, tell), [electionId]);
  useEffect(() => {
    const leavingThis = new AbortController();
    leaving.current = leavingThis;
    // Who has signed in again comes back to a vote that waits for just that.
    void voter.resume(keptProof(electionId), leavingThis.signal);
    return () => leavingThis.abort();
  }, [voter]);
  return {
    casting,
    cast: (definition: ElectionDefinition, marked: MarkedOptions, proof: Proof | undefined, again: boolean) =>
      void voter.cast(definition, marked, proof, again, leaving.current.signal),
    resume: (proof?: Proof) => void voter.resume(proof, leaving.current.signal),
  };
}

function voterTelling(electionId: string, tell: (event: CastingEvent) => void) {
  const voter = deviceVoter(({ step }) => tell({ type: 'progress', step }));
  const ended = async (signal: AbortSignal, work: Promise<VoteResult | undefined>) => {
    const result = await work;
    if (!signal.aborted) tell({ type: 'ended', result });
  };
  const begin = async () => {
    const unfinished = await voter.unfinished().catch(() => []);
    const kept = unfinished.find(vote => vote.electionId === electionId);
    if (kept) tell({ type: 'began', reached: reachedBy(kept.stage) });
  };
  return {
    async resume(proof: Proof | undefined, signal: AbortSignal) {
      await begin();
      await ended(signal, voter.resume(electionId, proof, { signal }));
    },
    async cast(
      definition: ElectionDefinition,
      marked: MarkedOptions,
      proof: Proof | undefined,
      again: boolean,
      signal: AbortSignal,
    ) {
      tell({ type: 'began', reached: null });
      const call = again ? voter.voteAgain : voter.cast;
      await ended(signal, call(definition, marked, proof, { signal }));
    },
  };
}
