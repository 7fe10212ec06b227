import { hash } from 'node:crypto';

/** SHA-256, 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return toBytes(hash('sha256', bytes, 'binary'));
}

/** SHA-256, written to `to` from there on. */
export function writeSha256(bytes: Uint8Array, to: Uint8Array, at = 0): void {
  copyDigest(hash('sha256', bytes, 'binary'), to, at);
}

/** SHA-384, 48 bytes. */
export function sha384(bytes: Uint8Array): Uint8Array {
  return toBytes(hash('sha384', bytes, 'binary'));
}

/**
 * The one-shot call costs half of `createHash` for inputs of this suite's size, and half again when it answers with a
 * string: the digest as a buffer has memory outside the heap, an array of so few bytes has not.
 */
function toBytes(digest: string): Uint8Array {
  const bytes = new Uint8Array(digest.length);
  copyDigest(digest, bytes, 0);
  return bytes;
}

function copyDigest(digest: string, to: Uint8Array, at: number): void {
  for (let i = 0; i < digest.length; i++) to[at + i] = digest.charCodeAt(i);
}
