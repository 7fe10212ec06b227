import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { Turnout } from '@suffrage/contracts/turnout';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { findElection } from './election-store.ts';
import type { StateIssued } from './state-issued.ts';

export type TurnoutResult = { readonly ok: true; readonly turnout: Turnout } | Refusal;
/** Of an election of this organisation. */
export type TellTurnout = (electionId: string, organisation: string) => Promise<TurnoutResult>;

type Options = { readonly pool: Pool; readonly stateIssued: StateIssued; readonly clock: () => number };

/** Who watches a voter go in and a number grow learns nothing from a number that is rounded and that old. */
const DELAY_MILLIS = 60_000;

/** A number is given out again until it is a minute old, or for good once it is exact. */
export function createTellTurnout({ pool, stateIssued, clock }: Options): TellTurnout {
  const given = new Map<string, Turnout>();
  return async (electionId, organisation) => {
    const election = await findElection(pool, electionId);
    if (election?.organisation !== organisation) return refuse('election-unknown');
    const last = given.get(electionId);
    if (last && (last.exact || clock() - Date.parse(last.asOf) < DELAY_MILLIS))
      return { ok: true, turnout: last };
    const asOf = new Date(clock()).toISOString();
    const state = await stateIssued(electionId);
    if (!state.ok) return state;
    const { issued, exact, roll } = state.count;
    const turnout = { electionId, issued, exact, ...(roll === undefined ? {} : { roll }), asOf };
    given.set(electionId, turnout);
    return { ok: true, turnout };
  };
}
