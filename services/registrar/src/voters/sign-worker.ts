import type { KeyObject } from 'node:crypto';
import { blindSign } from '@suffrage/contracts/token-keys.node';
import { LRUCache } from 'lru-cache';

/** What a signing thread gets: messages of one election. A key object crosses threads without its bytes being copied. */
export type SignTask = {
  readonly keyId: string;
  readonly key: KeyObject;
  /** One after the other: a single piece of memory crosses threads for a third of what many cost. */
  readonly messages: Uint8Array;
  /** Bytes of one message, and of its signature. */
  readonly size: number;
};

const keys = new LRUCache<string, KeyObject>({ max: 100 });

/**
 * Signs in turn; the first key object of an election is kept, because it carries what signing caches.
 * @throws Error when one of them is no number below the modulus: whoever asks has checked.
 */
export function signBatch({ keyId, key, messages, size }: SignTask): Uint8Array {
  const known = keys.get(keyId) ?? key;
  keys.set(keyId, known);
  const signatures = new Uint8Array(messages.length);
  for (let at = 0; at < messages.length; at += size) {
    const signed = blindSign(known, messages.subarray(at, at + size));
    if (!signed.ok) throw new Error(`a message that can not be signed: ${signed.code}`);
    signatures.set(signed.blindSignature, at);
  }
  return signatures;
}
