import type { KeyObject } from 'node:crypto';
import { type BlindSigning, blindSign } from '@suffrage/contracts/token-keys.node';

/** What a signing thread gets: messages of one election. A key object crosses threads without its bytes being copied. */
export type SignTask = {
  readonly keyId: string;
  readonly key: KeyObject;
  readonly messages: readonly Uint8Array[];
};

const keys = new Map<string, KeyObject>();
const MOST_KEYS = 100;

/** Signs in turn; the first key object of an election is kept, because it carries what signing caches. */
export function signBatch({ keyId, key, messages }: SignTask): BlindSigning[] {
  const known = keys.get(keyId) ?? key;
  if (keys.size >= MOST_KEYS) keys.clear();
  keys.set(keyId, known);
  return messages.map(message => blindSign(known, message));
}
