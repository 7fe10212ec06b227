import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { toBase64url } from './bytes.ts';
import type { OfficialKind } from './official.ts';
import { publishedKey } from './sign-receipts.node.ts';
import { statementMessage } from './signed-statement.ts';

/** The aggregator's key for what it states officially, ready for use. */
export type ResultsKey = { readonly keyId: string; readonly privateKey: KeyObject };

/** @throws Error when the text is not an Ed25519 private key (PKCS#8 PEM). */
export function readResultsKey(pem: string): ResultsKey {
  const privateKey = createPrivateKey(pem);
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('the results key must be an Ed25519 key');
  return { keyId: publishedKey(createPublicKey(privateKey)).keyId, privateKey };
}

/** The statement with its key's id and its signature. */
export function signStatement<Body extends { readonly kind: OfficialKind | 'vote-status' }>(
  { keyId, privateKey }: ResultsKey,
  body: Body,
): Body & { readonly resultsKeyId: string; readonly signature: string } {
  const statement = { ...body, resultsKeyId: keyId };
  return { ...statement, signature: toBase64url(sign(null, statementMessage(statement), privateKey)) };
}
