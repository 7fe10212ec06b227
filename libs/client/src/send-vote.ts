import { castVote, mayBeStored } from './cast-vote.ts';
import { followVote } from './follow-vote.ts';
import { keepCounted, keepStored, type Signed, tokenOf, voteOf } from './kept-vote.ts';
import { type Answer, restTransportThrough } from './transport.ts';
import { meaningOf, problem } from './vote-problem.ts';
import { isCounted } from './vote-status.ts';
import type { Run, Step } from './voter-run.ts';

const LONGEST_PAUSE_MILLIS = 30_000;
const STATUS_FLOOR_MILLIS = 1_000;

/**
 * From `signed` to `stored`, or at once to `counted` where the receipt was lost. That the vote may be stored is written
 * before it is sent: a refusal after a crash does not prove that nothing came of the attempt before it.
 */
export async function sendVote(run: Run, kept: Signed): Promise<Step> {
  const { services, budget, surroundings, signal } = run;
  await run.untilOnline();
  if (signal.aborted) return problem('stopped', { voteId: kept.voteId });
  if (!kept.isSent) await run.replace({ ...kept, isSent: true });
  run.tell('sent');
  let isInDoubt = kept.isSent;
  let last: Answer | undefined;
  const result = await castVote(
    restTransportThrough(services.fetch, services.ingestionUrl),
    { vote: voteOf(kept), token: tokenOf(kept) },
    {
      deadlineMillis: budget.millis,
      maxAttempts: budget.attempts,
      longestPauseMillis: LONGEST_PAUSE_MILLIS,
      isInDoubt,
      signal,
      surroundings,
      beforeAttempt: run.untilOnline,
      isCounted: askNowAndThen(run, kept),
      onAttempt: answer => {
        last = answer;
        isInDoubt ||= mayBeStored(answer);
      },
    },
  );
  switch (result.status) {
    case 'accepted': {
      const stored = keepStored(kept, result.receipt);
      await run.replace(stored);
      run.tell('stored', result.receipt);
      return stored;
    }
    case 'counted': {
      const counted = keepCounted(kept, 'counted');
      await run.replace(counted);
      run.tell('counted');
      return counted;
    }
    case 'refused': {
      const meaning = meaningOf(result.refusal.code);
      await run.replace(meaning === 'closed' ? kept.previous : { ...kept, isSent: false });
      return problem(meaning, { voteId: kept.voteId, refusal: result.refusal });
    }
    case 'unknown':
      if (!isInDoubt) await run.replace({ ...kept, isSent: false });
      if (signal.aborted) return problem('stopped', { voteId: kept.voteId });
      if (!isInDoubt) return problem('unreachable', { voteId: kept.voteId });
      // A final refusal, and an earlier attempt that had no certain answer: the results will tell.
      return last?.kind === 'refused'
        ? followVote(run, kept)
        : problem('outcome-unknown', { voteId: kept.voteId });
  }
}

/** `castVote` asks after each doubtful attempt, which at first come faster than anybody counts. */
function askNowAndThen({ services, surroundings, signal }: Run, { definition, voteId }: Signed) {
  let askedAt = surroundings.now();
  return async () => {
    if (surroundings.now() - askedAt < STATUS_FLOOR_MILLIS) return false;
    askedAt = surroundings.now();
    return isCounted(services.resultsUrl, definition.id, voteId, { fetch: services.fetch, signal });
  };
}
