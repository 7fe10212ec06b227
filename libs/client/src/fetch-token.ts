import { blind, finalize } from '@suffrage/contracts/blind-rsa';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { challengeDigest, tokenInput } from '@suffrage/contracts/privacy-pass';
import { pseudonymousTokenMessage } from '@suffrage/contracts/pseudonymous-token';
import { Redacted } from '@suffrage/contracts/redacted';
import { parseRsaSpki } from '@suffrage/contracts/rsa-public-key';
import { z } from 'zod';
import type { PreparedVote } from './prepare-vote.ts';
import { requestJson } from './problem.ts';

/** The registrar's signature over the vote ID, verified, with what belongs to it. */
export type Token = {
  readonly token: Redacted<Uint8Array>;
  /** 32 bytes. */
  readonly tokenKeyId: Uint8Array;
  /** `pseudonymous` elections only; 0 and empty otherwise. */
  readonly revision: number;
  readonly voterReference: Redacted<Uint8Array>;
};

export type TokenResult = { readonly ok: true; readonly token: Token } | Refusal;

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const blindAnswer = z.object({ blindSignature: base64url, tokenKeyId: base64url });
const plainAnswer = z.object({
  token: base64url,
  tokenKeyId: base64url,
  revision: z.int().min(1),
  voterReference: base64url,
});

/**
 * Asks the registrar for a token on this vote. In `secret` elections the request is blinded, so the registrar can't
 * recognise vote or token later. What comes back is verified before it is used.
 * @param voter who asks, in `pseudonymous` elections.
 * @throws Error when the registrar does not answer, or answers with what is no token on this vote.
 */
export async function fetchToken(
  registrarUrl: string,
  vote: PreparedVote,
  voter?: string,
): Promise<TokenResult> {
  const { definition } = vote.election;
  const url = `${registrarUrl}/v1/elections/${definition.id}/tokens`;
  return definition.mode === 'secret' ? fetchBlindToken(url, vote) : fetchPlainToken(url, vote, voter);
}

async function fetchBlindToken(url: string, { election, voteId }: PreparedVote): Promise<TokenResult> {
  const { definition } = election;
  const [key] = definition.tokenKeys;
  const publicKey = key && parseRsaSpki(bytes(key.publicKey));
  if (!publicKey) throw new Error('the election publishes no usable token key');
  const tokenKeyId = bytes(key.keyId);
  const digest = challengeDigest(definition.issuerName, definition.id);
  const message = tokenInput({ voteId, challengeDigest: digest, tokenKeyId });
  const { blindedMessage, inverse } = blind(publicKey, message);
  const body = { blindedMessage: toBase64url(blindedMessage) };
  const answer = await requestJson(url, blindAnswer, { method: 'POST', body });
  if (!answer.ok) return answer;
  const finished = finalize(publicKey, message, bytes(answer.value.blindSignature), inverse);
  if (!finished.ok) throw new Error('the registrar’s answer is not a signature on this vote');
  const token = new Redacted(finished.signature);
  return {
    ok: true,
    token: { token, tokenKeyId, revision: 0, voterReference: new Redacted(new Uint8Array()) },
  };
}

async function fetchPlainToken(
  url: string,
  { election, voteId, voteIdText }: PreparedVote,
  voter?: string,
): Promise<TokenResult> {
  if (voter === undefined)
    return refuse('field-invalid', 'voter', 'a pseudonymous election needs to know who votes');
  const answer = await requestJson(url, plainAnswer, { method: 'POST', body: { voter, voteId: voteIdText } });
  if (!answer.ok) return answer;
  const { revision } = answer.value;
  const [signature, tokenKeyId, voterReference] = [
    answer.value.token,
    answer.value.tokenKeyId,
    answer.value.voterReference,
  ].map(bytes);
  const key = election.definition.tokenKeys.find(({ keyId }) => keyId === answer.value.tokenKeyId);
  if (!signature || !tokenKeyId || !voterReference || !key)
    throw new Error('the registrar’s answer names an unknown key');
  const message = pseudonymousTokenMessage({
    electionId: election.definition.id,
    voterReference,
    revision,
    voteId,
  });
  const imported = await crypto.subtle.importKey('spki', copy(bytes(key.publicKey)), 'Ed25519', false, [
    'verify',
  ]);
  if (!(await crypto.subtle.verify('Ed25519', imported, copy(signature), copy(message)))) {
    throw new Error('the registrar’s answer is not a signature on this vote');
  }
  const token = new Redacted(signature);
  return { ok: true, token: { token, tokenKeyId, revision, voterReference: new Redacted(voterReference) } };
}

function bytes(text: string): Uint8Array {
  const decoded = fromBase64url(text);
  if (!decoded) throw new Error('not base64url');
  return decoded;
}

/** Web Crypto takes bytes that own their buffer. */
function copy(view: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view);
}
