import { sha256, writeSha256 } from '#hash';
import { beginnings, concat, utf8 } from './bytes.ts';

export const SALT_LENGTH = 32;
export const VOTE_ID_LENGTH = 32;

const DOMAIN = utf8('suffrage/vote/v1');
const SALT_AT = DOMAIN.length + 32;
const SELECTIONS_AT = SALT_AT + SALT_LENGTH;
/** Written anew by each call, because joining the parts in memory of their own costs as much as the hash. */
const preimage = new Uint8Array(1024);
preimage.set(DOMAIN);
const beginning = beginnings(preimage);

/**
 * The commitment that a token signs, 32 bytes:
 * `SHA-256("suffrage/vote/v1" || ballotHash (32) || salt (32) || canonical selections)`.
 * The first three parts have fixed lengths, so no two different votes share a pre-image.
 * @throws RangeError when `ballotHash` or `salt` has the wrong length (callers check what comes from outside first).
 */
export function voteId(ballotHash: Uint8Array, salt: Uint8Array, selections: Uint8Array): Uint8Array {
  if (ballotHash.length !== 32) throw new RangeError(`ballotHash has ${ballotHash.length} bytes, not 32`);
  if (salt.length !== SALT_LENGTH) throw new RangeError(`salt has ${salt.length} bytes, not ${SALT_LENGTH}`);
  const length = SELECTIONS_AT + selections.length;
  if (length > preimage.length) return sha256(concat(DOMAIN, ballotHash, salt, selections));
  preimage.set(ballotHash, DOMAIN.length);
  preimage.set(salt, SALT_AT);
  preimage.set(selections, SELECTIONS_AT);
  return sha256(beginning(length));
}

/** Salt (32 bytes) and selections within longer bytes. */
export type VoteParts = {
  readonly saltAt: number;
  readonly selectionsAt: number;
  readonly selectionsLength: number;
};

/** Writes the vote ID of what lies in `bytes` to the beginning of `to`: for whoever reads votes by the million. */
export function writeVoteId(
  ballotHash: Uint8Array,
  bytes: Uint8Array,
  { saltAt, selectionsAt, selectionsLength }: VoteParts,
  to: Uint8Array,
): void {
  const length = SELECTIONS_AT + selectionsLength;
  if (length > preimage.length) {
    const salt = bytes.subarray(saltAt, saltAt + SALT_LENGTH);
    to.set(voteId(ballotHash, salt, bytes.subarray(selectionsAt, selectionsAt + selectionsLength)));
    return;
  }
  // Loops that are compiled into this: as many calls of `set`, and the views for them, cost more than the hash.
  for (let i = 0; i < 32; i++) preimage[DOMAIN.length + i] = ballotHash[i] ?? 0;
  for (let i = 0; i < SALT_LENGTH; i++) preimage[SALT_AT + i] = bytes[saltAt + i] ?? 0;
  for (let i = 0; i < selectionsLength; i++) preimage[SELECTIONS_AT + i] = bytes[selectionsAt + i] ?? 0;
  writeSha256(beginning(length), to);
}
