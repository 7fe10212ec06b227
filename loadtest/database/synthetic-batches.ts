import { randomBytes } from 'node:crypto';
import type { Election } from '@suffrage/contracts/ballot';
import { testElection } from '@suffrage/contracts/testing.node';
import { encodeSelections, selectOptions } from '@suffrage/contracts/selections';
import { type Candidate, type Plan, planBatch } from '@suffrage/processor/decide';

/** Batches as the processor hands them to its database, of votes that nobody has cast: nothing here is ever audited. */
export type SyntheticBatches = {
  readonly find: (electionId: string) => Election | undefined;
  /** `votes` votes with random ids, at offsets from `from` on. */
  next(votes: number, from: bigint): Plan;
};

export function syntheticBatches(): SyntheticBatches {
  const { election } = testElection();
  const electionId = election.definition.id;
  const marked = selectOptions(election, { mayor: ['mayor-1'], council: ['council-2'] });
  if (!marked.ok) throw new Error('the synthetic vote does not fit its ballot');
  const selections = encodeSelections(marked.selections);
  const candidate = (offset: bigint): Candidate => ({
    offset,
    timestamp: Date.now(),
    electionId,
    voteId: randomBytes(32),
    ballotKey: randomBytes(32),
    revision: 0,
    selections,
    instance: 'bench',
  });
  return {
    find: id => (id === electionId ? election : undefined),
    next: (votes, from) =>
      planBatch(
        Array.from({ length: votes }, (_, i) => ({ kind: 'valid', candidate: candidate(from + BigInt(i)) })),
      ),
  };
}
