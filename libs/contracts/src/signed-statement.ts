import { sha256 } from '#hash';
import { concat, toBase64url, utf8 } from './bytes.ts';
import { canonicalJson } from './canonical-json.ts';
import type { PublicKey } from './election.ts';
import { trustedKey, verifyEd25519 } from './published-keys.ts';

/** A JSON document that a results key has signed (Ed25519). `signature` is base64url. */
export type SignedStatement = {
  readonly kind: string;
  readonly resultsKeyId: string;
  readonly signature: string;
};

/**
 * The bytes that a results key signs: `"suffrage/" || kind || "/v1"`, then the canonical JSON (RFC 8785) of the
 * statement without its `signature`. JSON starts with a brace, which no kind holds: kinds can't be mixed up.
 */
export function statementMessage(statement: Omit<SignedStatement, 'signature'>): Uint8Array {
  const unsigned = { ...statement, signature: undefined };
  return concat(utf8(`suffrage/${statement.kind}/v1`), canonicalJson(unsigned));
}

/** base64url of SHA-256 over the canonical JSON of the whole statement, its signature included. */
export function statementHash(statement: SignedStatement): string {
  return toBase64url(sha256(canonicalJson(statement)));
}

/**
 * Verifies a statement offline, in browsers and Node alike.
 * @param resultsKeys `resultsKeys` of the election definition.
 */
export async function checkStatement(
  statement: SignedStatement,
  resultsKeys: readonly PublicKey[],
): Promise<'valid' | 'key-unknown' | 'signature-invalid'> {
  const key = trustedKey(resultsKeys, statement.resultsKeyId);
  if (!key) return 'key-unknown';
  const isSigned = await verifyEd25519('spki', key, statement.signature, statementMessage(statement));
  return isSigned ? 'valid' : 'signature-invalid';
}
