import { toBase64url } from '@suffrage/contracts/bytes';
import type { Refusal } from '@suffrage/contracts/errors';
import { localAcceptanceSchema } from '@suffrage/contracts/local-vote';
import { type Receipt, receiptSchema } from '@suffrage/contracts/receipt';
import type { CastVoteBody } from '@suffrage/contracts/vote-request';
import type { Token } from './request-token.ts';
import type { PreparedVote } from './prepare-vote.ts';
import { type Fetch, NOTHING_OF_THE_VOTER, retryAfterMillis, systemFetch } from './private-fetch.ts';
import { readProblem } from './problem.ts';

/** A vote with its token, ready to be sent as often as it takes. */
export type SignedBallot = { readonly vote: PreparedVote; readonly token: Token };

/** What one attempt gave. `no-answer`: nothing is known, the vote may be stored or not. */
export type Answer =
  | { readonly kind: 'accepted'; readonly receipt: Receipt }
  /** On the disk of one instance, not acknowledged. */
  | { readonly kind: 'held-locally' }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly retryAfterMillis: number }
  | { readonly kind: 'no-answer'; readonly reason: string };

/** Sends a vote once. Never throws: not getting an answer is one of the answers. */
export type Transport = (ballot: SignedBallot, signal: AbortSignal) => Promise<Answer>;

/** `POST {ingestionUrl}/v1/elections/{id}/votes`. */
export function restTransport(ingestionUrl: string): Transport {
  return restTransportThrough(systemFetch, ingestionUrl);
}

export function restTransportThrough(fetch: Fetch, ingestionUrl: string): Transport {
  return async (ballot, signal) => {
    const { id } = ballot.vote.election.definition;
    try {
      const response = await fetch(`${ingestionUrl}/v1/elections/${encodeURIComponent(id)}/votes`, {
        ...NOTHING_OF_THE_VOTER,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(toBody(ballot)),
        signal,
      });
      const json: unknown = await response.json();
      if (response.status === 202) {
        localAcceptanceSchema.parse(json);
        return { kind: 'held-locally' };
      }
      if (response.status === 201) return { kind: 'accepted', receipt: receiptSchema.parse(json) };
      const refusal = readProblem(json);
      return { kind: 'refused', refusal, retryAfterMillis: retryAfterMillis(response.headers) };
    } catch (error) {
      return { kind: 'no-answer', reason: reasonOf(error) };
    }
  };
}

/** Node's `fetch` says only in the cause of its error what happened; browsers never do. */
function reasonOf(error: unknown): string {
  const of = (holder: unknown, key: string): unknown => Reflect.get(Object(holder), key);
  const told = of(of(error, 'cause'), 'code') ?? of(error, 'name');
  return typeof told === 'string' ? told : 'unknown';
}

/** The REST body of a vote. */
export function toBody({ vote, token }: SignedBallot): CastVoteBody {
  const pseudonymous = vote.election.definition.mode === 'pseudonymous';
  const selections: CastVoteBody['selections'] = {};
  for (const [contest, options] of Object.entries(vote.marked.reveal())) selections[contest] = [...options];
  return {
    selections,
    salt: toBase64url(vote.salt.reveal()),
    token: toBase64url(token.token.reveal()),
    tokenKeyId: toBase64url(token.tokenKeyId),
    ...(pseudonymous
      ? { revision: token.revision, voterReference: toBase64url(token.voterReference.reveal()) }
      : {}),
  };
}
