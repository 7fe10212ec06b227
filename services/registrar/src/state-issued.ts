import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { IssuedCount } from '@suffrage/contracts/issued-count';
import { signIssuedCount } from '@suffrage/contracts/sign-issued-count.node';
import { tokenPrivateKey } from '@suffrage/contracts/token-keys.node';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { shareNext } from '@suffrage/runtime/wait';
import { findElection, findRegistrarKey, type StoredElection } from './election-store.ts';
import { countIssued } from './issued-store.ts';
import type { KeyVault } from './key-vault.ts';

export type IssuedResult = { readonly ok: true; readonly count: IssuedCount } | Refusal;
/** The count is taken after the question has come: what had been handed out by then is in it. */
export type StateIssued = (electionId: string) => Promise<IssuedResult>;

type Options = { readonly pool: Pool; readonly vault: KeyVault };

/** Until an election is official its count goes in such steps, and is always above what was given. */
const STEP = 100;
/** Counting ten million rows takes a second: no election is counted more often than so, however many ask. */
const PAUSE_MILLIS = 1_000;

/**
 * States how many tokens an election has given. While it is open only an upper bound: watched closely, an exact number
 * would tell when each voter has received a token. It must not lag behind instead, or votes would look invented.
 */
export function createStateIssued({ pool, vault }: Options): StateIssued {
  const counters = new Map<string, () => Promise<IssuedResult>>();

  const count = async ({ definition, phase }: StoredElection): Promise<IssuedResult> => {
    const { id: electionId, mode, eligibility } = definition;
    const sealed = await findRegistrarKey(pool, electionId);
    if (!sealed) return refuse('issued-count-unavailable');
    const exact = phase === 'closed';
    const issued = await countIssued(pool, electionId, mode);
    // Rolls are not served yet: nobody is on one.
    const roll = eligibility === 'roll' ? 0 : undefined;
    return {
      ok: true,
      count: signIssuedCount(tokenPrivateKey(vault.open(electionId, sealed)), {
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
