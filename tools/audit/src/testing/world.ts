import { expect } from '@jest/globals';
import type { Election } from '@suffrage/contracts/ballot';
import type { TokenCheck } from '@suffrage/contracts/check-vote';
import type { Case } from '../case.ts';
import { judgeInMemory } from '../judge-in-memory.ts';
import { type Signer, testElection } from './entries.ts';
import type { ModelDatabase, PlacedEntry } from './model-processor.ts';

const tokenKey = { keyId: 'a2V5', publicKey: 'a2V5' };
export const council = testElection('council', 'pseudonymous', tokenKey);
export const mayor = testElection('mayor', 'secret', tokenKey);
const elections = new Map<string, Election>([
  ['council', council],
  ['mayor', mayor],
]);

/** Real tokens are the integration test's business: here one byte tells a good token from a bad one. */
export const plainSigner: Signer = { keyId: Buffer.of(1), sign: () => Buffer.of(2) };
const plainCheck: TokenCheck = (_, { token }) =>
  token[0] === 2 ? { ok: true } : { ok: false, code: 'token-invalid' };

export type World = {
  readonly partitions: number;
  readonly shards: number;
  readonly log: readonly PlacedEntry[];
  readonly databases: readonly ModelDatabase[];
};

/**
 * Judges a whole world that lies in memory, in both ways, which must agree. `drop` leaves records out of the log, as if
 * they had never been there.
 */
export function judgeWorld(
  { partitions, shards, log, databases }: World,
  drop: (entry: PlacedEntry) => boolean = () => false,
): Case {
  const ranges = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    start: 0,
    end: Math.max(0, ...log.filter(entry => entry.partition === partition).map(({ offset }) => offset + 1)),
  }));
  const world = {
    ranges,
    electionIds: [...elections.keys()],
    findElection: (id: string) => elections.get(id),
    shards,
    databases,
    log: log.filter(entry => !drop(entry)),
    checkToken: plainCheck,
  };
  const atOnce = judgeInMemory(world);
  expect(whatIsFound(judgeInMemory({ ...world, oneByOne: true }))).toEqual(whatIsFound(atOnce));
  return atOnce;
}

function whatIsFound({ findings, counts, rowCounts, intake }: Case) {
  return { first: findings.first(), kinds: findings.byKind(), counts, rowCounts, intake };
}
