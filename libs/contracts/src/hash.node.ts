import { hash } from 'node:crypto';

/** SHA-256, 32 bytes. The one-shot call costs about half of `createHash` for inputs of this suite's size. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** SHA-384, 48 bytes. */
export function sha384(bytes: Uint8Array): Uint8Array {
  return hash('sha384', bytes, 'buffer');
}
