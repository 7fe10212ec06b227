import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { proofOf } from '@suffrage/contracts/election';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { findElection } from '../election-store.ts';
import type { ElectionKeys, UsableKeys } from '../keys/election-keys.ts';
import { phaseAt } from '../schedule.ts';
import type { CheckCaptcha } from './captcha.ts';
import { sessionKey } from './voter-reference.ts';

/** A session gives the right to one token of one election. Nothing is kept of it: it carries its own end, and a MAC. */
export type Sessions = {
  open(electionId: string, captcha: string | undefined): Promise<SessionResult>;
};
export type SessionResult =
  | { readonly ok: true; readonly session: string; readonly expiresAt: string }
  | Refusal;

const ID_BYTES = 16;
const END_BYTES = 6;
const MAC_BYTES = 32;

/** `id (16) || end in milliseconds since 1970 (6) || HMAC-SHA-256 (32)` as base64url. */
export function createSessions({
  pool,
  keys,
  checkCaptcha,
  millis,
  clock,
}: {
  readonly pool: Pool;
  readonly keys: ElectionKeys;
  readonly checkCaptcha: CheckCaptcha;
  readonly millis: number;
  readonly clock: () => number;
}): Sessions {
  return {
    async open(electionId, captcha) {
      const election = await findElection(pool, electionId);
      if (!election || election.phase === 'draft') return refuse('election-unknown');
      const { definition } = election;
      if (proofOf(definition) !== 'session')
        return refuse('election-phase', 'voterProof', 'this election has no sessions');
      const phase = phaseAt(definition, election.phase, clock());
      if (phase !== 'open') return refuse(phase === 'closed' ? 'election-closed' : 'election-not-yet-open');
      const unsolved = await checkCaptcha(captcha);
      if (unsolved) return unsolved;
      const usable = await keys.of(definition);
      if (!usable) return refuse('keys-destroyed');
      const end = Math.min(clock() + millis, Date.parse(definition.closesAt));
      const claim = Buffer.alloc(ID_BYTES + END_BYTES);
      randomBytes(ID_BYTES).copy(claim);
      claim.writeUIntBE(end, ID_BYTES, END_BYTES);
      const session = toBase64url(Buffer.concat([claim, macOf(usable, claim)]));
      return { ok: true, session, expiresAt: new Date(end).toISOString() };
    },
  };
}

/** The session's id; `undefined` when it was not given here, belongs to another election, or has ended. */
export function readSession(
  usable: Pick<UsableKeys, 'referenceKey'>,
  session: string,
  now: number,
): string | undefined {
  const bytes = fromBase64url(session);
  if (bytes?.length !== ID_BYTES + END_BYTES + MAC_BYTES) return undefined;
  const claim = Buffer.from(bytes.subarray(0, ID_BYTES + END_BYTES));
  if (!timingSafeEqual(bytes.subarray(ID_BYTES + END_BYTES), macOf(usable, claim))) return undefined;
  return now < claim.readUIntBE(ID_BYTES, END_BYTES) ? claim.toString('hex', 0, ID_BYTES) : undefined;
}

function macOf({ referenceKey }: Pick<UsableKeys, 'referenceKey'>, claim: Uint8Array): Buffer {
  return createHmac('sha256', sessionKey(referenceKey)).update(claim).digest();
}
