import { sha256, sha384 } from '@noble/hashes/sha2.js';

// WebCrypto hashes only asynchronously; vote IDs and receipts are computed in plain functions.
export { sha256, sha384 };

/** SHA-256, written to `to` from there on. */
export function writeSha256(bytes: Uint8Array, to: Uint8Array, at = 0): void {
  to.set(sha256(bytes), at);
}
