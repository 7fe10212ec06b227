// WebCrypto hashes only asynchronously; vote IDs and receipts are computed in plain functions.
export { sha256, sha384 } from '@noble/hashes/sha2.js';
