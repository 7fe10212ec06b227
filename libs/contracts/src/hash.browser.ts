import { sha256, sha384 } from '@noble/hashes/sha2.js';

// WebCrypto hashes only asynchronously; vote IDs and receipts are computed in plain functions.
export { sha256, sha384 };

/** SHA-256, written to the beginning of `to`. */
export function writeSha256(bytes: Uint8Array, to: Uint8Array): void {
  to.set(sha256(bytes));
}
