import { createHmac, type KeyObject } from 'node:crypto';

/** HMAC-SHA-256 under the election's reference key: what tables and tokens know a voter by, in this election only. */
type Reference = Buffer;

/** A control character can't be part of an identity on a roll, so what these name never meets one. */
const SEPARATOR = '\u0000';

export function rollReference(referenceKey: KeyObject, voter: string): Reference {
  return createHmac('sha256', referenceKey).update(voter).digest();
}

/** Somebody who signed in, where there is no roll. */
export function subjectReference(referenceKey: KeyObject, subject: string): Reference {
  return rollReference(referenceKey, `${SEPARATOR}subject${SEPARATOR}${subject}`);
}

/** Whoever opened a session. */
export function sessionReference(referenceKey: KeyObject, session: string): Reference {
  return rollReference(referenceKey, `${SEPARATOR}session${SEPARATOR}${session}`);
}

/** The key that signs sessions of this election, so that every replica knows what another has given. */
export function sessionKey(referenceKey: KeyObject): Uint8Array {
  return rollReference(referenceKey, `${SEPARATOR}session-key`);
}
