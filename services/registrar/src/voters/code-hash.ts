import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { readVoterCode, voterCode } from '@suffrage/contracts/voter-code';

/** Codes as they are kept: HMAC-SHA-256 under a key that is not in the database. */
export type CodeHash = {
  /** Of what a voter has typed. What can't be a code gets a hash that no code has, for the same work. */
  of(electionId: string, typed: string): Buffer;
  /** A new code and its hash. */
  create(electionId: string): { readonly code: string; readonly hash: Buffer };
};

const RANDOM_BYTES = 17;

/** @param secretBase64 32 bytes. */
export function createCodeHash(secretBase64: string): CodeHash {
  const bytes = Buffer.from(secretBase64, 'base64');
  if (bytes.length !== 32) throw new Error('the secret of voters’ codes must be 32 bytes as base64');
  const key = createSecretKey(bytes);
  const hash = (electionId: string, code: string) =>
    createHmac('sha256', key).update(`suffrage/code/v1\u0000${electionId}\u0000${code}`).digest();
  return {
    of: (electionId, typed) => hash(electionId, readVoterCode(typed) ?? `none ${typed}`),
    create(electionId) {
      const code = voterCode(randomBytes(RANDOM_BYTES));
      return { code, hash: hash(electionId, code) };
    },
  };
}
