import { blind, finalize } from '@suffrage/contracts/blind-rsa';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { challengeDigest, tokenInput } from '@suffrage/contracts/privacy-pass';
import { pseudonymousTokenMessage } from '@suffrage/contracts/pseudonymous-token';
import { Redacted } from '@suffrage/contracts/redacted';
import { parseRsaSpki } from '@suffrage/contracts/rsa-public-key';
import { z } from 'zod';
import type { PreparedVote } from './prepare-vote.ts';
import type { Fetch } from './private-fetch.ts';
import { type HttpRefusal, requestJson } from './problem.ts';

/** The registrar's signature over the vote ID, verified, with what belongs to it. */
export type Token = {
  readonly token: Redacted<Uint8Array>;
  /** 32 bytes. */
  readonly tokenKeyId: Uint8Array;
  /** `pseudonymous` elections only; 0 and empty otherwise. */
  readonly revision: number;
  readonly voterReference: Redacted<Uint8Array>;
};

/**
 * How a voter shows the right to a token: the one-time code of the roll; the token of a sign-in or of a session; or the name
 * that an `open` pseudonymous election goes by.
 */
export type Proof = { readonly code: string } | { readonly bearer: string } | { readonly voter: string };

/**
 * The half of a blind signature that stays with the voter. Keep it before asking: the registrar signs one blinded message
 * for each voter, and only who has `inverse` can use the answer. Both differ at each blinding. It links vote and request.
 */
export type BlindState = { readonly blindedMessage: Uint8Array; readonly inverse: bigint };

/** The answer is not a signature on this vote: whoever gave it, asking again the same way will not help. */
export class NoToken extends Error {
  override readonly name = 'NoToken';
}

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const blindAnswer = z.object({ blindSignature: base64url, tokenKeyId: base64url });
const plainAnswer = z.object({
  token: base64url,
  tokenKeyId: base64url,
  revision: z.int().min(1),
  voterReference: base64url,
});

/** @throws NoToken when the election publishes no key to blind for. */
export function blindVote(vote: PreparedVote): BlindState {
  const { publicKey, message } = blindInput(vote);
  return blind(publicKey, message);
}

type Ask = {
  readonly registrarUrl: string;
  readonly vote: PreparedVote;
  /** Left out where nothing is asked. */
  readonly proof?: Proof | undefined;
  /** `secret` elections only. The same for each attempt. */
  readonly blindState?: BlindState | undefined;
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
};

/**
 * Asks the registrar once for a token on this vote, and verifies what comes back.
 * @throws NoToken when the answer is no token on this vote; another error without an answer.
 */
export async function requestToken(
  ask: Ask,
): Promise<{ readonly ok: true; readonly token: Token } | HttpRefusal> {
  const { blindState, proof } = ask;
  const ownWords = {
    ...(proof && 'code' in proof ? { code: proof.code } : {}),
    ...(proof && 'voter' in proof ? { voter: proof.voter } : {}),
  };
  return blindState ? askBlind(ask, ownWords, blindState) : askPlain(ask, ownWords);
}

async function askBlind(ask: Ask, ownWords: object, { blindedMessage, inverse }: BlindState) {
  const { publicKey, message, tokenKeyId } = blindInput(ask.vote);
  const answer = await post(ask, { ...ownWords, blindedMessage: toBase64url(blindedMessage) }, blindAnswer);
  if (!answer.ok) return answer;
  const finished = finalize(publicKey, message, bytes(answer.value.blindSignature), inverse);
  if (!finished.ok) throw new NoToken('the registrar’s answer is not a signature on this vote');
  const token = new Redacted(finished.signature);
  return {
    ok: true,
    token: { token, tokenKeyId, revision: 0, voterReference: new Redacted(new Uint8Array()) },
  } as const;
}

function blindInput({ election, voteId }: PreparedVote) {
  const { definition } = election;
  const [key] = definition.tokenKeys;
  const publicKey = key && parseRsaSpki(bytes(key.publicKey));
  if (!key || !publicKey) throw new NoToken('the election publishes no usable token key');
  const tokenKeyId = bytes(key.keyId);
  const digest = challengeDigest(definition.issuerName, definition.id);
  return { publicKey, tokenKeyId, message: tokenInput({ voteId, challengeDigest: digest, tokenKeyId }) };
}

async function askPlain(ask: Ask, ownWords: object) {
  const { election, voteId, voteIdText } = ask.vote;
  const answer = await post(ask, { ...ownWords, voteId: voteIdText }, plainAnswer);
  if (!answer.ok) return answer;
  const { revision } = answer.value;
  const key = election.definition.tokenKeys.find(({ keyId }) => keyId === answer.value.tokenKeyId);
  if (!key) throw new NoToken('the registrar’s answer names an unknown key');
  const [signature, tokenKeyId, voterReference] = [
    bytes(answer.value.token),
    bytes(answer.value.tokenKeyId),
    bytes(answer.value.voterReference),
  ];
  if (voterReference.length !== 32) throw new NoToken('the voter reference must have 32 bytes');
  const electionId = election.definition.id;
  const message = pseudonymousTokenMessage({ electionId, voterReference, revision, voteId });
  const imported = await crypto.subtle.importKey('spki', bytes(key.publicKey), 'Ed25519', false, ['verify']);
  if (!(await crypto.subtle.verify('Ed25519', imported, signature, new Uint8Array(message)))) {
    throw new NoToken('the registrar’s answer is not a signature on this vote');
  }
  const token = new Redacted(signature);
  return {
    ok: true,
    token: { token, tokenKeyId, revision, voterReference: new Redacted(voterReference) },
  } as const;
}

function post<T>({ registrarUrl, vote, proof, fetch, signal }: Ask, body: object, schema: z.ZodType<T>) {
  const url = `${registrarUrl}/v1/elections/${encodeURIComponent(vote.election.definition.id)}/tokens`;
  return requestJson(url, schema, {
    method: 'POST',
    body,
    headers: proof && 'bearer' in proof ? { authorization: `Bearer ${proof.bearer}` } : {},
    ...(fetch ? { fetch } : {}),
    ...(signal ? { signal } : {}),
  });
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const decoded = fromBase64url(text);
  if (!decoded) throw new NoToken('not base64url');
  return decoded;
}
