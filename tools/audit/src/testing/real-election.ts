import { constants, sign } from 'node:crypto';
import { challengeDigest, tokenInput } from '@suffrage/contracts/privacy-pass';
import { testElection as keyedElection } from '@suffrage/contracts/testing.node';
import { signPseudonymousToken } from '@suffrage/contracts/token-keys.node';
import type { Election } from '@suffrage/contracts/ballot';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { type Signer, testContests } from './entries.ts';

/** An election that is open now, with keys of its own, and a registrar that signs for it. */
export function realElection(mode: ElectionDefinition['mode']): {
  election: Election;
  signer: Signer;
  receiptKeyPem: string;
} {
  const { election, tokenKey, tokenKeyId, receiptKeyPem } = keyedElection({
    mode,
    revote: mode === 'secret' ? 'none' : 'last',
    contests: testContests,
  });
  const { issuerName, id } = election.definition;
  const digest = challengeDigest(issuerName, id);
  const pss = { key: tokenKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
  const signer: Signer = {
    keyId: tokenKeyId,
    sign: claim =>
      mode === 'secret'
        ? sign('sha384', tokenInput({ voteId: claim.voteId, challengeDigest: digest, tokenKeyId }), pss)
        : signPseudonymousToken(tokenKey, claim),
  };
  return { election, signer, receiptKeyPem };
}
