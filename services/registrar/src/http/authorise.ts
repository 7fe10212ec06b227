import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { Log } from '@suffrage/runtime/log';
import type { FindManager } from '../managers.ts';
import { LOCAL_ORGANISATION, type Principal } from '../principal.ts';
import { type ClaimNames, readClaims } from '../read-claims.ts';
import type { SignIn } from '../sign-in.ts';

/** Who sends a request: a principal, or why nobody is known. */
export type Authorise = (request: {
  readonly headers: { readonly authorization?: string | undefined };
}) => Promise<Principal | Refusal>;

type Options = {
  readonly findManager: FindManager;
  /** None: only static tokens are known. */
  readonly signIn: SignIn | undefined;
  readonly claims: ClaimNames;
  readonly log: Log;
};

/** Longer than any access token that fits into a request's headers. */
const MAX_TOKEN_LENGTH = 16_384;

/** A static token of the file is a manager of organisation `local`; any other must be an access token of the provider. */
export function createAuthorise({ findManager, signIn, claims, log }: Options): Authorise {
  return async ({ headers: { authorization } }) => {
    const name = findManager(authorization);
    if (name !== undefined) {
      return {
        ok: true,
        subject: `token:${name}`,
        organisation: LOCAL_ORGANISATION,
        roles: ['manager'],
      };
    }
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (!signIn || token === undefined || token.length > MAX_TOKEN_LENGTH) return refuse('unauthorized');
    const verified = await signIn.verify(token);
    switch (verified.kind) {
      case 'invalid':
        return refuse('unauthorized');
      case 'unavailable':
        log.warn({ err: verified.cause }, 'the sign-in service can not be asked for its keys');
        return refuse('sign-in-unavailable');
      case 'valid':
        return (
          readClaims(verified.claims, claims) ??
          refuse('role-missing', undefined, 'the token names no organisation, or several')
        );
    }
  };
}
