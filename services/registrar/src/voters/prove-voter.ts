import type { ElectionDefinition, VoterProof } from '@suffrage/contracts/election';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import type { UsableKeys } from '../keys/election-keys.ts';
import type { Credential } from './blind-tokens-store.ts';
import type { CodeHash } from './code-hash.ts';
import { findOnRoll } from './codes-store.ts';
import { readSession } from './sessions.ts';
import { bearerOf, type CheckSignIn } from './sign-in.ts';
import { sessionReference, subjectReference } from './voter-reference.ts';

/** What a voter shows to prove who asks. */
export type Shown = { readonly code?: string | undefined; readonly authorization?: string | undefined };
export type Proven =
  | {
      readonly ok: true;
      readonly credential: Credential /** Tells credentials apart, and nothing else. */;
      readonly name: Uint8Array;
    }
  | Refusal;

export type ProveVoter = (
  definition: ElectionDefinition,
  proof: VoterProof,
  keys: UsableKeys,
  shown: Shown,
) => Promise<Proven>;

type Options = {
  readonly pool: Pool;
  readonly codeHash: CodeHash;
  readonly checkSignIn: CheckSignIn;
  readonly clock: () => number;
};

/** Whether a code is one is not decided here but with the token, so that wrong codes take the way of right ones. */
export function createProveVoter({ pool, codeHash, checkSignIn, clock }: Options): ProveVoter {
  const known = (voterReference: Uint8Array, creates: boolean): Proven => ({
    ok: true,
    credential: { voterReference, creates },
    name: voterReference,
  });

  return async ({ id, eligibility }, proof, keys, { code, authorization }) => {
    const { referenceKey } = keys;
    switch (proof) {
      case 'code': {
        if (code === undefined) return refuse('field-invalid', 'code', 'this election asks for a code');
        const hash = codeHash.of(id, code);
        return { ok: true, credential: { codeHash: hash }, name: hash };
      }
      case 'sign-in': {
        const signedIn = await checkSignIn(authorization);
        if (!signedIn.ok) return signedIn;
        if (eligibility === 'open') return known(subjectReference(referenceKey, signedIn.subject), true);
        const reference = await findOnRoll(pool, id, { subject: signedIn.subject });
        return reference ? known(reference, false) : refuse('voter-not-eligible');
      }
      case 'session': {
        const session = readSession(keys, bearerOf(authorization) ?? '', clock());
        return session === undefined
          ? refuse('session-needed')
          : known(sessionReference(referenceKey, session), true);
      }
    }
  };
}
