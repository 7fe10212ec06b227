import { type Refusal, refuse } from '@suffrage/contracts/errors';
import type { PreparedVote } from './prepare-vote.ts';
import { blindVote, requestToken, type Token } from './request-token.ts';

export type TokenResult = { readonly ok: true; readonly token: Token } | Refusal;

/**
 * Asks the registrar once for a token on this vote, and keeps nothing: who may ask only once uses `createVoter`. In `secret`
 * elections the request is blinded, so the registrar can't recognise vote or token later. What comes back is verified.
 * @param voter who asks, in `pseudonymous` elections that are open to everybody.
 * @throws Error when the registrar does not answer, or answers with what is no token on this vote.
 */
export async function fetchToken(
  registrarUrl: string,
  vote: PreparedVote,
  voter?: string,
): Promise<TokenResult> {
  const isSecret = vote.election.definition.mode === 'secret';
  if (isSecret) return requestToken({ registrarUrl, vote, blindState: blindVote(vote) });
  if (voter === undefined)
    return refuse('field-invalid', 'voter', 'a pseudonymous election needs to know who votes');
  return requestToken({ registrarUrl, vote, proof: { voter } });
}
