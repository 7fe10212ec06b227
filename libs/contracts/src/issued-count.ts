import { z } from 'zod';
import { concat, lengthPrefixed, u64, utf8 } from './bytes.ts';
import type { PublicKey } from './election.ts';
import { trustedKey, verifyEd25519 } from './published-keys.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');

/**
 * The registrar's signed word on how many tokens of an election it has given: an upper bound of what can be counted,
 * whoever runs the other services.
 */
export const issuedCountSchema = z.strictObject({
  electionId: z.string().min(1).max(63),
  /** `secret`: tokens given. `pseudonymous`: voters who hold one, whatever their revisions. */
  issued: z.int().min(0),
  /** Otherwise `issued` is rounded up, so that nobody sees from it when one voter has received a token. */
  exact: z.boolean(),
  /** Voters on the roll; only where there is one. */
  roll: z.int().min(0).optional(),
  registrarKeyId: base64url,
  signature: base64url,
});
export type IssuedCount = z.infer<typeof issuedCountSchema>;

const DOMAIN = utf8('suffrage/issued/v1');

/**
 * The bytes that the registrar's key signs (Ed25519):
 * `"suffrage/issued/v1" || u16 length || election ID || u64 issued || u8 exact || u16 length || nothing, or u64 roll`.
 */
export function issuedCountMessage({
  electionId,
  issued,
  exact,
  roll,
}: Omit<IssuedCount, 'registrarKeyId' | 'signature'>): Uint8Array {
  return concat(
    DOMAIN,
    lengthPrefixed(utf8(electionId)),
    u64(BigInt(issued)),
    Uint8Array.of(exact ? 1 : 0),
    lengthPrefixed(roll === undefined ? new Uint8Array() : u64(BigInt(roll))),
  );
}

/**
 * Verifies a statement offline, in browsers and Node alike.
 * @param registrarKeys `registrarKeys` of the election definition.
 */
export async function checkIssuedCount(
  count: IssuedCount,
  registrarKeys: readonly PublicKey[],
): Promise<'valid' | 'key-unknown' | 'signature-invalid'> {
  const key = trustedKey(registrarKeys, count.registrarKeyId);
  if (!key) return 'key-unknown';
  const isSigned = await verifyEd25519('spki', key, count.signature, issuedCountMessage(count));
  return isSigned ? 'valid' : 'signature-invalid';
}
