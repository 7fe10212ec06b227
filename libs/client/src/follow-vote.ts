import type { VoteStatus } from '@suffrage/contracts/results';
import { keepCounted, type Signed, type Stored } from './kept-vote.ts';
import { problem } from './vote-problem.ts';
import { voteStatus } from './vote-status.ts';
import type { Run, Step } from './voter-run.ts';

const FIRST_PAUSE_MILLIS = 1_000;
const LONGEST_PAUSE_MILLIS = 15_000;
const GROWTH = 1.5;

/**
 * From `stored` to `counted`: asks the results service, at first after a second and then ever more seldom, until it has
 * counted the vote. Also for a vote that may be stored and can't be sent again.
 */
export async function followVote(run: Run, kept: Signed | Stored): Promise<Step> {
  const { budget, surroundings, signal } = run;
  const receipt = 'receipt' in kept ? { receipt: kept.receipt } : {};
  const details = { voteId: kept.voteId, ...receipt };
  let deadline = surroundings.now() + budget.millis;
  let isSetAside = false;
  for (let pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MILLIS)) {
    await surroundings.sleep(pause * (1 + surroundings.random() / 2));
    const waitedFrom = surroundings.now();
    await run.untilOnline();
    deadline += surroundings.now() - waitedFrom;
    if (signal.aborted) return problem('stopped', details);
    const { status, code, retryAfterMillis } = await askOnce(run, kept);
    if (status === 'counted' || status === 'superseded' || status === 'older-revision') {
      const counted = keepCounted(kept, status);
      await run.replace(counted);
      run.tell('counted');
      return counted;
    }
    if (status === 'rejected') return problem('rejected', { ...details, cause: code });
    // Tried again every half minute over there; a vote without news keeps what was said of it last.
    if (status === 'quarantined') isSetAside = true;
    if (surroundings.now() >= deadline) {
      if (isSetAside) return problem('set-aside', details);
      return problem('receipt' in kept ? 'not-counted-yet' : 'outcome-unknown', details);
    }
    await surroundings.sleep(retryAfterMillis);
  }
}

type News = {
  readonly status: VoteStatus['status'];
  readonly code?: string | undefined;
  readonly retryAfterMillis: number;
};

async function askOnce({ services, signal }: Run, kept: Signed | Stored): Promise<News> {
  const init = { fetch: services.fetch, signal };
  const answer = await voteStatus(services.resultsUrl, kept.definition.id, kept.voteId, init).catch(
    () => undefined,
  );
  if (answer?.ok) return { ...answer.value, retryAfterMillis: 0 };
  return { status: 'unknown', retryAfterMillis: answer?.retryAfterMillis ?? 0 };
}
