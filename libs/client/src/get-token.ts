import { pauseAfter } from './backoff.ts';
import { blindStateOf, keepSigned, type Prepared, proofOf, voteOf } from './kept-vote.ts';
import { NoToken, requestToken } from './request-token.ts';
import { meaningOfTokenRefusal, problem, type VoteProblemCode } from './vote-problem.ts';
import type { Run, Step } from './voter-run.ts';

const LONGEST_PAUSE_MILLIS = 30_000;

/** After these nobody can make anything of the vote: no token was given for it, or none is of use any more. */
const HOPELESS: ReadonlySet<VoteProblemCode> = new Set<VoteProblemCode>([
  'closed',
  'not-eligible',
  'no-voting-again',
  'token-used-up',
]);

/**
 * What one proof is refused says nothing of a token that another was given: these bytes alone can make use of it. Save after
 * the closing, when none is of use.
 */
function isHopeless(meaning: VoteProblemCode, { isProofReplaced = false }: Prepared): boolean {
  return HOPELESS.has(meaning) && (meaning === 'closed' || !isProofReplaced);
}

/** From `prepared` to `signed`. Asks with the same bytes however often, so that no second token is needed. */
export async function getToken(run: Run, kept: Prepared): Promise<Step> {
  const { budget, surroundings, signal } = run;
  let deadline = surroundings.now() + budget.millis;
  for (let attempt = 1; ; attempt += 1) {
    const waitedFrom = surroundings.now();
    await run.untilOnline();
    deadline += surroundings.now() - waitedFrom;
    if (signal.aborted) return problem('stopped', { voteId: kept.voteId });
    if (!kept.isAsked && attempt === 1) await run.replace({ ...kept, isAsked: true });
    const answer = await askOnce(run, kept);
    if (answer === 'forged') return problem('token-forged', { voteId: kept.voteId });
    if (answer !== 'none' && answer.ok) {
      const signed = keepSigned(kept, answer.token);
      await run.replace(signed);
      run.tell('token');
      return signed;
    }
    const refusal = answer === 'none' ? undefined : answer;
    const meaning = refusal && meaningOfTokenRefusal(refusal);
    if (refusal && meaning) {
      if (isHopeless(meaning, kept)) await run.replace(kept.previous);
      return problem(meaning, { voteId: kept.voteId, refusal });
    }
    const retryAfterMillis = refusal?.retryAfterMillis ?? 0;
    const { random } = surroundings;
    const pause = pauseAfter(attempt, { retryAfterMillis, longestMillis: LONGEST_PAUSE_MILLIS, random });
    if (signal.aborted) return problem('stopped', { voteId: kept.voteId });
    if (attempt >= budget.attempts || surroundings.now() + pause >= deadline) {
      return problem('unreachable', { voteId: kept.voteId, ...(refusal ? { refusal } : {}) });
    }
    await surroundings.sleep(pause);
  }
}

async function askOnce({ services, signal }: Run, kept: Prepared) {
  const { registrarUrl, fetch } = services;
  const ask = { registrarUrl, fetch, signal, vote: voteOf(kept), proof: proofOf(kept) };
  try {
    return await requestToken({ ...ask, blindState: blindStateOf(kept) });
  } catch (error) {
    return error instanceof NoToken ? 'forged' : 'none';
  }
}
