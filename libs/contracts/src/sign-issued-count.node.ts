import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { toBase64url } from './bytes.ts';
import { type IssuedCount, issuedCountMessage } from './issued-count.ts';
import { publishedKey } from './sign-receipts.node.ts';

/** @param registrarKey the private half (Ed25519) of one of the definition's `registrarKeys`. */
export function signIssuedCount(
  registrarKey: KeyObject,
  count: Omit<IssuedCount, 'registrarKeyId' | 'signature'>,
): IssuedCount {
  return {
    ...count,
    registrarKeyId: publishedKey(createPublicKey(registrarKey)).keyId,
    signature: toBase64url(sign(null, issuedCountMessage(count), registrarKey)),
  };
}
