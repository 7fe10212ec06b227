import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { type IssuedCount, issuedCountSchema } from '@suffrage/contracts/issued-count';
import { signIssuedCount } from '@suffrage/contracts/sign-issued-count.node';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { shareNext } from '@suffrage/runtime/wait';
import { findElection, type StoredElection } from './election-store.ts';
import type { ElectionKeys } from './keys/election-keys.ts';
import { type Erasure, findErasure } from './voters/erasure-store.ts';
import { countIssued } from './voters/issued-store.ts';
import { countRoll } from './voters/roll-store.ts';

export type IssuedResult = { readonly ok: true; readonly count: IssuedCount } | Refusal;
/** The count is taken after the question has come: what had been handed out by then is in it. */
export type StateIssued = (electionId: string) => Promise<IssuedResult>;

type Options = { readonly pool: Pool; readonly keys: ElectionKeys };

/** Until an election is official its count goes in such steps, and is always above what was given. */
const STEP = 100;
/** Counting ten million rows takes a second: no election is counted more often than so, however many ask. */
const PAUSE_MILLIS = 1_000;

/**
 * States how many tokens an election has given. While it is open only an upper bound: watched closely, an exact number
 * would tell when each voter has received a token. It must not lag behind instead, as the turnout does, or votes would look
 * invented to an audit that comes meanwhile (`docs/design/elections.md` weighs the two).
 */
export function createStateIssued({ pool, keys }: Options): StateIssued {
  const counters = new Map<string, () => Promise<IssuedResult>>();

  const count = async ({ definition, phase }: StoredElection): Promise<IssuedResult> => {
    const { id: electionId, mode, eligibility } = definition;
    // First, because a process may still know a key that has been destroyed.
    const erasure = phase === 'closed' ? await findErasure(pool, electionId) : undefined;
    if (erasure) return lastStatement(erasure);
    const key = (await keys.of(definition))?.registrarKey;
    if (!key) return refuse('issued-count-unavailable');
    const exact = phase === 'closed';
    const issued = await countIssued(pool, electionId, mode);
    const roll = eligibility === 'roll' ? await countRoll(pool, electionId) : undefined;
    return {
      ok: true,
      count: signIssuedCount(key, {
        electionId,
        issued: exact
          ? issued
          : Math.max(issued, Math.min(roundedUp(issued), roll ?? Number.MAX_SAFE_INTEGER)),
        exact,
        ...(roll === undefined ? {} : { roll }),
      }),
    };
  };

  return async electionId => {
    const election = await findElection(pool, electionId);
    if (!election || election.phase === 'draft') return refuse('election-unknown');
    const key = `${electionId}/${election.phase}`;
    const counter = counters.get(key) ?? shareNext(() => count(election), PAUSE_MILLIS);
    counters.set(key, counter);
    return counter();
  };
}

/** Also above a multiple: the first token changes nothing. */
function roundedUp(issued: number): number {
  return (Math.floor(issued / STEP) + 1) * STEP;
}

/** Of an election that was erased; nothing can be signed for it any more. */
function lastStatement({ statement }: Erasure): IssuedResult {
  const last = issuedCountSchema.safeParse(statement).data;
  return last ? { ok: true, count: last } : refuse('issued-count-unavailable');
}
