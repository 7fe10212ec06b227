import { createPublicKey, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { RSABSSA } from '@cloudflare/blindrsa-ts';
import { AuthenticatorInput, publicVerif, Token, TOKEN_TYPES, util } from '@cloudflare/privacypass-ts';
import { blind, finalize, verifyPss } from './blind-rsa.ts';
import { fromBase64url } from './bytes.ts';
import { challengeDigest, redemptionContext, tokenChallenge, tokenInput } from './privacy-pass.ts';
import { parseRsaSpki, type RsaPublicKey } from './rsa-public-key.ts';
import { blindSign, generateSecretTokenKey, rsaSpkiToPssSpki, tokenPrivateKey } from './token-keys.node.ts';
import { createTokenVerifier, type TokenElection } from './verify-token.node.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const issuerName = 'registrar.example';
const id = 'council';

/** The other implementations take WebCrypto keys, which can't be imported under the PSS identifier. */
let webKey: CryptoKey;
let spki: Uint8Array;
let plainSpki: Uint8Array;
let keyId: Uint8Array;
let publicKey: RsaPublicKey;
let published: { readonly keyId: string; readonly publicKey: string };
let issue: (blindedMessage: Uint8Array) => Uint8Array;

beforeAll(async () => {
  const pair = await generateSecretTokenKey();
  published = pair.published;
  spki = fromBase64url(published.publicKey) ?? new Uint8Array(0);
  keyId = fromBase64url(published.keyId) ?? new Uint8Array(0);
  const parsed = parseRsaSpki(spki);
  if (!parsed) throw new Error('a generated key can be read');
  publicKey = parsed;
  const privateKey = tokenPrivateKey(pair.privateKey.reveal());
  plainSpki = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-384' };
  webKey = await crypto.subtle.importKey('spki', new Uint8Array(plainSpki), algorithm, true, ['verify']);
  issue = blindedMessage => {
    const answer = blindSign(privateKey, blindedMessage);
    if (!answer.ok) throw new Error('a blinded message is below the modulus');
    return answer.blindSignature;
  };
});

describe('@cloudflare/privacypass-ts', () => {
  const origin = new publicVerif.Origin(publicVerif.BlindRSAMode.PSS);

  test('publishes a key, and asks a challenge, in the same bytes', () => {
    expect(hex(util.convertEncToRSASSAPSS(plainSpki))).toBe(hex(rsaSpkiToPssSpki(plainSpki)));
    const context = redemptionContext(id);
    const challenge = origin.createTokenChallenge(issuerName, context);
    expect(hex(challenge.serialize())).toBe(hex(tokenChallenge(issuerName, context)));
  });

  test('accepts our token, and not with another vote ID', async () => {
    const entry = TOKEN_TYPES.BLIND_RSA;
    const voteId = new Uint8Array(randomBytes(32));
    const digest = challengeDigest(issuerName, id);
    const input = tokenInput({ voteId, challengeDigest: digest, tokenKeyId: keyId });
    const { blindedMessage, inverse } = blind(publicKey, input);
    const done = finalize(publicKey, input, issue(blindedMessage), inverse);
    if (!done.ok) throw new Error('an honest issuer signs');
    const token = (nonce: Uint8Array) =>
      new Token(entry, new AuthenticatorInput(entry, entry.value, nonce, digest, keyId), done.signature);
    expect(hex(token(voteId).serialize())).toBe(hex(input) + hex(done.signature));
    expect(await origin.verify(token(voteId), webKey)).toBe(true);
    expect(await origin.verify(token(new Uint8Array(32)), webKey)).toBe(false);
  });

  test('as a client gets a token from our issuer that our verifier accepts', async () => {
    const client = new publicVerif.Client(publicVerif.BlindRSAMode.PSS);
    const challenge = origin.createTokenChallenge(issuerName, redemptionContext(id));
    const request = await client.createTokenRequest(challenge, spki);
    const token = await client.finalize(new publicVerif.TokenResponse(issue(request.blindedMsg)));
    const election = {
      definition: { id, mode: 'secret', issuerName, tokenKeys: [published] },
    } satisfies TokenElection;
    const signed = {
      voteId: token.authInput.nonce,
      token: token.authenticator,
      tokenKeyId: token.authInput.tokenKeyId,
      revision: 0,
      voterReference: new Uint8Array(0),
    };
    expect(createTokenVerifier()(election, signed)).toEqual({ ok: true });
  });
});

test('@cloudflare/blindrsa-ts as a client gets a signature from our issuer that our arithmetic accepts, and ours that it accepts', async () => {
  const suite = RSABSSA.SHA384.PSS.Deterministic();
  const message = new Uint8Array(randomBytes(98));
  const { blindedMsg, inv } = await suite.blind(webKey, message);
  const theirs = await suite.finalize(webKey, message, issue(blindedMsg), inv);
  expect(verifyPss(publicKey, message, theirs)).toBe(true);
  const { blindedMessage, inverse } = blind(publicKey, message);
  const ours = finalize(publicKey, message, issue(blindedMessage), inverse);
  expect(ours.ok && (await suite.verify(webKey, ours.signature, message))).toBe(true);
});
