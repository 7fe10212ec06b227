import type { Progress, UnfinishedVote, VoteProblem, VoteResult } from '@suffrage/client/browser';

/** Steps of a vote on its way, in order. */
export const steps = ['token', 'sent', 'stored', 'counted'] as const;
export type CastStep = (typeof steps)[number];

/**
 * Where the vote of this device in one election is. `looking`: whether it keeps one is not known yet. `absent`: it keeps
 * none, so there is a choice to make. `under-way`: `reached` is the last step that is done.
 */
export type Casting =
  | { readonly status: 'looking' | 'absent' }
  | { readonly status: 'under-way'; readonly reached: CastStep | null; readonly isOffline: boolean }
  | { readonly status: 'counted'; readonly result: Extract<VoteResult, { ok: true }> }
  | { readonly status: 'stuck'; readonly problem: VoteProblem };

export type CastingEvent =
  | { readonly type: 'began'; readonly reached: CastStep | null }
  | { readonly type: 'progress'; readonly step: Progress['step'] }
  | { readonly type: 'ended'; readonly result: VoteResult | undefined };

/** Steps never go back, in whatever order news of them comes. */
export function reduceCasting(casting: Casting, event: CastingEvent): Casting {
  switch (event.type) {
    case 'began':
      return { status: 'under-way', reached: event.reached, isOffline: false };
    case 'progress': {
      const reached = casting.status === 'under-way' ? casting.reached : null;
      if (event.step === 'offline') return { status: 'under-way', reached, isOffline: true };
      return { status: 'under-way', reached: later(reached, event.step), isOffline: false };
    }
    case 'ended':
      if (event.result === undefined) return { status: 'absent' };
      return event.result.ok
        ? { status: 'counted', result: event.result }
        : { status: 'stuck', problem: event.result };
  }
}

/** What a vote that is kept has done already. */
export function reachedBy(stage: UnfinishedVote['stage']): CastStep | null {
  switch (stage) {
    case 'prepared':
      return null;
    case 'signed':
      return 'token';
    case 'stored':
      return 'stored';
  }
}

/** How far each step is while `reached` is the last that is done. */
export function standingOfStep(step: CastStep, reached: CastStep | null): 'done' | 'now' | 'later' {
  const distance = placeOf(step) - placeOf(reached);
  if (distance <= 0) return 'done';
  return distance === 1 ? 'now' : 'later';
}

function later(one: CastStep | null, other: CastStep): CastStep {
  return one !== null && placeOf(one) > placeOf(other) ? one : other;
}

/** -1 before the first step. */
function placeOf(step: CastStep | null): number {
  return step === null ? -1 : steps.indexOf(step);
}
