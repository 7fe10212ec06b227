import { VoteRecord } from '@suffrage/contracts/generated/suffrage/v1/vote_record';
import { recordOf, type VoteSet } from '../bench/votes.ts';
import { oneToken } from './one-token.ts';

/** What libraries ask for one vote with nothing around it, CPU microseconds. */
export type Arithmetic = {
  readonly verifySecretToken: number;
  readonly verifyPseudonymousToken: number;
  readonly encodeVoteRecord: number;
  readonly decodeVoteRecord: number;
};

const VERIFICATIONS = 10_000;
const RECORDS = 200_000;

export function measureArithmetic(secret: VoteSet, pseudonymous: VoteSet): Arithmetic {
  const bytes = recordOf(secret, 0);
  const record = VoteRecord.decode(bytes);
  return {
    verifySecretToken: microsOf(VERIFICATIONS, oneToken(secret)),
    verifyPseudonymousToken: microsOf(VERIFICATIONS, oneToken(pseudonymous)),
    encodeVoteRecord: microsOf(RECORDS, () => VoteRecord.encode(record).finish()),
    decodeVoteRecord: microsOf(RECORDS, () => VoteRecord.decode(bytes)),
  };
}

function microsOf(times: number, work: () => unknown): number {
  // Compiled by then.
  for (let time = 0; time < times / 10; time += 1) work();
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) work();
  const { user, system } = process.cpuUsage(before);
  return Math.round(((user + system) / times) * 100) / 100;
}
