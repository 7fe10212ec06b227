import { prepareElection } from '@suffrage/contracts/ballot';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { createTokenVerifier } from '@suffrage/contracts/verify-token.node';

export type Signed = {
  readonly voteId: Uint8Array;
  readonly token: Uint8Array;
  readonly tokenKeyId: Uint8Array;
};
export type VerifyTask = {
  readonly definition: ElectionDefinition;
  readonly signed: readonly Signed[];
  readonly times: number;
};

/** Verifies the same tokens over and over. @throws Error when one does not verify. */
export function verifyAll({ definition, signed, times }: VerifyTask): number {
  const verify = createTokenVerifier();
  const election = prepareElection(definition);
  const voterReference = new Uint8Array();
  for (let time = 0; time < times; time++) {
    for (const each of signed) {
      if (!verify(election, { ...each, revision: 0, voterReference }).ok)
        throw new Error('a token does not verify');
    }
  }
  return signed.length * times;
}
