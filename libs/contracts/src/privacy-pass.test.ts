import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { sha256 } from '#hash';
import { blind, finalize, verifyPss } from './blind-rsa.ts';
import golden from './golden/token-suites.json' with { type: 'json' };
import rfc9578 from './golden/rfc9578-type2.json' with { type: 'json' };
import { bytesToInt, modInverse } from './integers.ts';
import {
  challengeDigest,
  Nk,
  redemptionContext,
  tokenChallenge,
  tokenInput,
  tokenKeyId,
} from './privacy-pass.ts';
import { parseRsaSpki } from './rsa-public-key.ts';
import { blindSign } from './token-keys.node.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const numbered = rfc9578.vectors.map((vector, index) => ({ number: index + 1, ...vector }));

describe.each(numbered)('RFC 9578 appendix B.2, test vector $number', vector => {
  const publicKey = parseRsaSpki(bytesOf(vector.pkS));
  if (!publicKey) throw new Error('the published key can be read');
  const token = bytesOf(vector.token);
  const keyId = tokenKeyId(bytesOf(vector.pkS));
  const input = tokenInput({
    voteId: bytesOf(vector.nonce),
    challengeDigest: sha256(bytesOf(vector.token_challenge)),
    tokenKeyId: keyId,
  });
  // TokenRequest: type, the last byte of the key id, the blinded message.
  const blindedMessage = vector.token_request.slice(6);

  test('the token is the token input followed by the signature', () => {
    expect(hex(input) + hex(token.subarray(98))).toBe(vector.token);
    expect(token.subarray(98)).toHaveLength(Nk);
    expect(vector.token_request.slice(0, 6)).toBe(`0002${hex(keyId.subarray(31))}`);
  });

  test('the client blinds as published', () => {
    const draws = [bytesOf(vector.salt), bytesOf(vector.blind)];
    const blinded = blind(publicKey, input, () => draws.shift() ?? new Uint8Array(0));
    expect(hex(blinded.blindedMessage)).toBe(blindedMessage);
  });

  test('the issuer answers as published', () => {
    const privateKey = createPrivateKey(Buffer.from(vector.skS, 'hex').toString());
    const answer = blindSign(privateKey, bytesOf(blindedMessage));
    expect(answer.ok && hex(answer.blindSignature)).toBe(vector.token_response);
  });

  test('the client finalizes to the published signature', () => {
    const inverse = modInverse(bytesToInt(bytesOf(vector.blind)), publicKey.n) ?? 0n;
    const done = finalize(publicKey, input, bytesOf(vector.token_response), inverse);
    expect(done.ok && hex(done.signature)).toBe(hex(token.subarray(98)));
    expect(verifyPss(publicKey, input, token.subarray(98))).toBe(true);
  });
});

test('challenges with the issuer of RFC 9578 and no origin are those of its vectors 4 and 5', () => {
  const withoutOrigin = rfc9578.vectors.slice(3).map(vector => vector.token_challenge);
  expect(hex(tokenChallenge('issuer.example', new Uint8Array(0)))).toBe(withoutOrigin[0]);
  const context = withoutOrigin[1]?.slice(38, 102) ?? '';
  expect(hex(tokenChallenge('issuer.example', bytesOf(context)))).toBe(withoutOrigin[1]);
});

test('the bytes of a secret token never change', () => {
  const { secret, electionId, issuerName, voteId } = golden;
  const context = redemptionContext(electionId);
  expect(hex(context)).toBe(secret.redemptionContext);
  expect(hex(tokenChallenge(issuerName, context))).toBe(secret.tokenChallenge);
  expect(hex(challengeDigest(issuerName, electionId))).toBe(secret.challengeDigest);
  expect(hex(tokenKeyId(bytesOf(secret.publicKey)))).toBe(secret.tokenKeyId);
  const input = tokenInput({
    voteId: bytesOf(voteId),
    challengeDigest: bytesOf(secret.challengeDigest),
    tokenKeyId: bytesOf(secret.tokenKeyId),
  });
  expect(hex(input)).toBe(secret.tokenInput);
});

test('another election or another issuer has another challenge', () => {
  const digests = [
    challengeDigest('a.example', 'one'),
    challengeDigest('a.example', 'two'),
    challengeDigest('b.example', 'one'),
  ];
  expect(new Set(digests.map(hex)).size).toBe(3);
});

test('parts of a wrong length are a fault', () => {
  const right = new Uint8Array(32);
  const wrong = new Uint8Array(31);
  expect(() => tokenInput({ voteId: wrong, challengeDigest: right, tokenKeyId: right })).toThrow('voteId');
  expect(() => tokenInput({ voteId: right, challengeDigest: wrong, tokenKeyId: right })).toThrow(
    'challengeDigest',
  );
  expect(() => tokenInput({ voteId: right, challengeDigest: right, tokenKeyId: wrong })).toThrow(
    'tokenKeyId',
  );
  expect(() => tokenChallenge('a.example', wrong)).toThrow('redemption_context');
});
