import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { type Actor, recordAction } from '../action-store.ts';
import { lockElection, type StoredElection } from '../election-store.ts';
import type { ElectionKeys } from '../keys/election-keys.ts';
import type { StateIssued } from '../state-issued.ts';
import { lockAlone } from './election-lock.ts';
import { eraseVoters, findErasure, vacuumVoters } from './erasure-store.ts';

export type EraseResult = { readonly ok: true; readonly erasedAt: string } | Refusal;

/**
 * Destroys what an election keeps of its voters: its keys, and with them every pseudonym, the roll, the codes, and who has
 * received a token. The definition and the last signed count stay. Refused until the election is official and the retention
 * period has passed since its closing. Repeating it changes nothing.
 */
export type EraseElection = (by: Actor, electionId: string) => Promise<EraseResult>;

type Options = {
  /** Its statements may take minutes. */
  readonly bulkPool: Pool;
  readonly stateIssued: StateIssued;
  readonly keys: ElectionKeys;
  readonly retentionMillis: number;
  readonly clock: () => number;
};

export function createEraseElection({
  bulkPool,
  stateIssued,
  keys,
  retentionMillis,
  clock,
}: Options): EraseElection {
  const tooEarly = ({ definition, phase }: StoredElection): Refusal | undefined => {
    if (phase !== 'closed') return refuse('retention-not-over', undefined, 'the election is not closed');
    const from = Date.parse(definition.closesAt) + retentionMillis;
    return clock() < from
      ? refuse('retention-not-over', undefined, `not before ${new Date(from).toISOString()}`)
      : undefined;
  };

  return async (by, electionId) => {
    const stated = await stateIssued(electionId);
    const result = await inTransaction(bulkPool, 'begin', async (client): Promise<EraseResult> => {
      const election = await lockElection(client, electionId, 'update');
      if (!election || election.phase === 'draft') return refuse('election-unknown');
      const early = tooEarly(election);
      if (early) return early;
      // Rows that are being written anew would come back.
      await lockAlone(client, 'tokens', electionId);
      const before = await findErasure(client, electionId);
      if (!before) {
        await eraseVoters(client, electionId, stated.ok ? stated.count : undefined);
        await recordAction(client, { electionId, by, action: 'erased', at: clock() });
      }
      const erased = before ?? (await findErasure(client, electionId));
      return { ok: true, erasedAt: (erased?.erasedAt ?? new Date(clock())).toISOString() };
    });
    keys.forget(electionId);
    if (result.ok) await vacuumVoters(bulkPool);
    return result;
  };
}
