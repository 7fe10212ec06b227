import { sha256 } from '#hash';
import { concat, utf8 } from './bytes.ts';

export const SALT_LENGTH = 32;
export const VOTE_ID_LENGTH = 32;

const DOMAIN = utf8('suffrage/vote/v1');

/**
 * The commitment that a token signs, 32 bytes:
 * `SHA-256("suffrage/vote/v1" || ballotHash (32) || salt (32) || canonical selections)`.
 * The first three parts have fixed lengths, so no two different votes share a pre-image.
 * @throws RangeError when `ballotHash` or `salt` has the wrong length (callers check what comes from outside first).
 */
export function voteId(ballotHash: Uint8Array, salt: Uint8Array, selections: Uint8Array): Uint8Array {
  if (ballotHash.length !== 32) throw new RangeError(`ballotHash has ${ballotHash.length} bytes, not 32`);
  if (salt.length !== SALT_LENGTH) throw new RangeError(`salt has ${salt.length} bytes, not ${SALT_LENGTH}`);
  return sha256(concat(DOMAIN, ballotHash, salt, selections));
}
