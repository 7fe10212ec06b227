import { sha256 } from '#hash';
import { fromBase64url, toBase64url } from './bytes.ts';
import type { PublicKey } from './election.ts';

/** The key (SPKI DER) of that id, if its id really is the hash of its bytes. */
export function trustedKey(keys: readonly PublicKey[], keyId: string): Uint8Array | undefined {
  const spki = keys.find(key => key.keyId === keyId);
  const bytes = spki && fromBase64url(spki.publicKey);
  return bytes && toBase64url(sha256(bytes)) === keyId ? bytes : undefined;
}

/** RFC 8032, by Web Crypto: in browsers and in Node alike. `signature` is base64url. */
export async function verifyEd25519(
  format: 'spki' | 'raw',
  publicKey: Uint8Array,
  signature: string,
  message: Uint8Array,
): Promise<boolean> {
  const signatureBytes = fromBase64url(signature);
  if (!signatureBytes) return false;
  const key = await crypto.subtle.importKey(format, new Uint8Array(publicKey), 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', key, new Uint8Array(signatureBytes), new Uint8Array(message));
}
