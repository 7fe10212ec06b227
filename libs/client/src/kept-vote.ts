import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { bytesToInt, intToBytes } from '@suffrage/contracts/integers';
import { electionDefinition } from '@suffrage/contracts/election';
import { receiptSchema } from '@suffrage/contracts/receipt';
import { Redacted } from '@suffrage/contracts/redacted';
import { z } from 'zod';
import { type PreparedVote, prepareVote } from './prepare-vote.ts';
import type { BlindState, Proof, Token } from './request-token.ts';

/**
 * A vote as it is kept on the device, from the choice until it is counted. Each stage is written before what comes next
 * begins, so that whoever finds it after a crash can do the same again: ask with the same blinded bytes, send the same vote.
 *
 * `prepared` → token verified → `signed` → receipt verified → `stored` → `counted`, which keeps no secret any more.
 */
const secrets = {
  format: z.literal(1),
  definition: electionDefinition,
  voteId: z.string(),
  marked: z.record(z.string(), z.array(z.string())),
  salt: z.string(),
};
const token = z.strictObject({
  token: z.string(),
  tokenKeyId: z.string(),
  revision: z.int(),
  voterReference: z.string(),
});
const counted = z.strictObject({
  format: z.literal(1),
  stage: z.literal('counted'),
  electionId: z.string(),
  voteId: z.string(),
  status: z.enum(['counted', 'superseded', 'older-revision']),
  mayVoteAgain: z.boolean(),
  receipt: receiptSchema.optional(),
});
/** What a new choice replaces, kept in case that it is refused. */
const previous = counted.optional();

const keptVote = z.discriminatedUnion('stage', [
  z.strictObject({
    ...secrets,
    stage: z.literal('prepared'),
    /** Whether the registrar may have seen the blinded bytes. */
    isAsked: z.boolean(),
    proof: z.strictObject({
      code: z.string().optional(),
      bearer: z.string().optional(),
      voter: z.string().optional(),
    }),
    /** With another proof than the one that the registrar may have seen these bytes with. */
    isProofReplaced: z.boolean().optional(),
    blind: z.strictObject({ blindedMessage: z.string(), inverse: z.string() }).optional(),
    previous,
  }),
  z.strictObject({
    ...secrets,
    stage: z.literal('signed'),
    token,
    /** Whether ingestion may have seen the vote. */
    isSent: z.boolean(),
    previous,
  }),
  z.strictObject({ ...secrets, stage: z.literal('stored'), token, receipt: receiptSchema }),
  counted,
]);
export type KeptVote = z.infer<typeof keptVote>;
export type Prepared = Extract<KeptVote, { stage: 'prepared' }>;
export type Signed = Extract<KeptVote, { stage: 'signed' }>;
export type Stored = Extract<KeptVote, { stage: 'stored' }>;
export type Counted = Extract<KeptVote, { stage: 'counted' }>;
type Unfinished = Exclude<KeptVote, Counted>;

/** @throws Error when the text is not what `writeKept` gave. */
export function readKept(text: string): KeptVote {
  const read = keptVote.safeParse(parseJson(text));
  if (!read.success) throw new Error('the kept vote is damaged');
  return read.data;
}

/** An error of `JSON.parse` quotes the text, which is secret. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function writeKept(kept: KeptVote): string {
  return JSON.stringify(kept);
}

/** A new choice, before anybody has heard of it. */
export function keepPrepared(
  vote: PreparedVote,
  proof: Proof | undefined,
  blindState: BlindState | undefined,
  replaced: Counted | undefined,
): Prepared {
  const blind = blindState && {
    blindedMessage: toBase64url(blindState.blindedMessage),
    inverse: toBase64url(intToBytes(blindState.inverse, blindState.blindedMessage.length)),
  };
  return {
    format: 1,
    stage: 'prepared',
    definition: vote.election.definition,
    voteId: vote.voteIdText,
    marked: Object.fromEntries(Object.entries(vote.marked.reveal()).map(([id, marks]) => [id, [...marks]])),
    salt: toBase64url(vote.salt.reveal()),
    isAsked: false,
    proof: proof ?? {},
    ...(blind ? { blind } : {}),
    ...(replaced ? { previous: replaced } : {}),
  };
}

/** Another proof, and whether what was asked for with the one before may have been granted. */
export function withProof(kept: Prepared, proof: Proof): Prepared {
  const isSame = JSON.stringify(proof) === JSON.stringify(kept.proof);
  return { ...kept, proof, ...(kept.isAsked && !isSame ? { isProofReplaced: true } : {}) };
}

/** The code, the sign-in and the blinding go: nothing needs them any more, and they link vote and voter. */
export function keepSigned(
  { format, definition, voteId, marked, salt, previous: replaced }: Prepared,
  signed: Token,
): Signed {
  const kept = {
    token: toBase64url(signed.token.reveal()),
    tokenKeyId: toBase64url(signed.tokenKeyId),
    revision: signed.revision,
    voterReference: toBase64url(signed.voterReference.reveal()),
  };
  const before = replaced ? { previous: replaced } : {};
  return { format, stage: 'signed', definition, voteId, marked, salt, token: kept, isSent: false, ...before };
}

export function keepStored(
  { format, definition, voteId, marked, salt, token: signed }: Signed,
  receipt: Stored['receipt'],
): Stored {
  return { format, stage: 'stored', definition, voteId, marked, salt, token: signed, receipt };
}

/** Selections, salt and token go. */
export function keepCounted(kept: Signed | Stored, status: Counted['status']): Counted {
  const { definition, format, voteId } = kept;
  return {
    format,
    stage: 'counted',
    electionId: definition.id,
    voteId,
    status,
    mayVoteAgain: definition.revote === 'last',
    ...('receipt' in kept ? { receipt: kept.receipt } : {}),
  };
}

/** @throws Error when the parts do not make up the vote ID any more. */
export function voteOf({ definition, marked, salt, voteId }: Unfinished): PreparedVote {
  const prepared = prepareVote(definition, marked, () => bytes(salt));
  if (!prepared.ok || prepared.vote.voteIdText !== voteId) throw new Error('the kept vote is damaged');
  return prepared.vote;
}

export function blindStateOf({ blind }: Prepared): BlindState | undefined {
  return (
    blind && {
      blindedMessage: bytes(blind.blindedMessage),
      inverse: bytesToInt(bytes(blind.inverse)),
    }
  );
}

export function tokenOf({ token: kept }: Signed | Stored): Token {
  return {
    token: new Redacted(bytes(kept.token)),
    tokenKeyId: bytes(kept.tokenKeyId),
    revision: kept.revision,
    voterReference: new Redacted(bytes(kept.voterReference)),
  };
}

export function proofOf({ proof: { code, bearer, voter } }: Prepared): Proof | undefined {
  if (code !== undefined) return { code };
  if (bearer !== undefined) return { bearer };
  return voter === undefined ? undefined : { voter };
}

function bytes(text: string): Uint8Array {
  const decoded = fromBase64url(text);
  if (!decoded) throw new Error('the kept vote is damaged');
  return decoded;
}
