import { z } from 'zod';
import type { Election } from './ballot.ts';
import { fromBase64url } from './bytes.ts';
import { MAX_CONTESTS, MAX_OPTIONS } from './election.ts';
import { type Refusal, refuse } from './errors.ts';
import { Redacted } from './redacted.ts';
import { encodeSelections, type MarkedOptions, selectOptions } from './selections.ts';
import type { Vote } from './vote.ts';

const base64url = (maxCharacters: number) =>
  z
    .string()
    .max(maxCharacters)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');

/** Body of `POST /v1/elections/{id}/votes`. Unknown fields are refused. */
export const castVoteBody = z.strictObject({
  /** Contest id -> ids of the marked options, in any order. */
  selections: z
    .record(z.string().max(63), z.array(z.string().max(63)).max(MAX_OPTIONS))
    .refine(
      selections => Object.keys(selections).length <= MAX_CONTESTS,
      `has more than ${MAX_CONTESTS} contests`,
    )
    .meta({ maxProperties: MAX_CONTESTS }),
  /** 32 random bytes. */
  salt: base64url(512),
  /** The registrar's signature over the vote ID: 256 bytes (`secret`) or 64 bytes (`pseudonymous`). */
  token: base64url(1024),
  tokenKeyId: base64url(64),
  /** `pseudonymous` elections only, from 1. */
  revision: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .optional(),
  /** `pseudonymous` elections only, 32 bytes. */
  voterReference: base64url(64).optional(),
});
export type CastVoteBody = z.infer<typeof castVoteBody>;

/** What both transports hand on: the choice still by its names, the rest as bytes. */
export type VoteRequest = Omit<Vote, 'selections'> & { readonly selections: Redacted<MarkedOptions> };

/** `Refusal` when a text that looks like base64url is not (a length no encoder gives). */
export function fromCastVoteBody(electionId: string, body: CastVoteBody): VoteRequest | Refusal {
  const salt = fromBase64url(body.salt);
  const token = fromBase64url(body.token);
  const tokenKeyId = fromBase64url(body.tokenKeyId);
  const voterReference =
    body.voterReference === undefined ? new Uint8Array() : fromBase64url(body.voterReference);
  if (!salt) return refuse('field-invalid', 'salt', 'is not base64url');
  if (!token) return refuse('field-invalid', 'token', 'is not base64url');
  if (!tokenKeyId) return refuse('field-invalid', 'tokenKeyId', 'is not base64url');
  if (!voterReference) return refuse('field-invalid', 'voterReference', 'is not base64url');
  return {
    electionId,
    selections: new Redacted(body.selections),
    salt: new Redacted(salt),
    token: new Redacted(token),
    tokenKeyId,
    revision: body.revision ?? 0,
    voterReference: new Redacted(voterReference),
  };
}

/** Replaces option names by canonical bytes, or says which selection does not fit the ballot. */
export function markBallot(
  election: Election,
  request: VoteRequest,
): { readonly ok: true; readonly vote: Vote } | Refusal {
  const result = selectOptions(election, request.selections.reveal());
  if (!result.ok) return refuse(result.code, result.field);
  const selections = new Redacted(encodeSelections(result.selections));
  // Field by field: spreading a request takes longer than marking its options.
  const { electionId, salt, token, tokenKeyId, revision, voterReference } = request;
  return { ok: true, vote: { electionId, selections, salt, token, tokenKeyId, revision, voterReference } };
}
