import { constants, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { blind, finalize } from './blind-rsa.ts';
import { fromBase64url, toBase64url } from './bytes.ts';
import type { ElectionDefinition, PublicKey } from './election.ts';
import golden from './golden/token-suites.json' with { type: 'json' };
import { challengeDigest, tokenInput, tokenKeyId } from './privacy-pass.ts';
import { parseRsaSpki } from './rsa-public-key.ts';
import {
  blindSign,
  generateEd25519Key,
  generateSecretTokenKey,
  rsaSpkiToPssSpki,
  signPseudonymousToken,
  tokenPrivateKey,
} from './token-keys.node.ts';
import {
  createTokenVerifier,
  readTokenKey,
  type SignedVote,
  type TokenElection,
} from './verify-token.node.ts';

const issuerName = 'registrar.example';
const bytes = (text: string) => fromBase64url(text) ?? new Uint8Array(0);
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const valid = { ok: true };
const invalid = { ok: false, code: 'token-invalid' };
const keyUnknown = { ok: false, code: 'token-key-unknown' };

function election(mode: ElectionDefinition['mode'], id: string, ...tokenKeys: PublicKey[]): TokenElection {
  return { definition: { id, mode, issuerName, tokenKeys } };
}

const secretKey = await generateSecretTokenKey();
const secretPrivateKey = tokenPrivateKey(secretKey.privateKey.reveal());
const pseudonymousKey = await generateEd25519Key();
const pseudonymousPrivateKey = tokenPrivateKey(pseudonymousKey.privateKey.reveal());

/** The whole path of a secret token: what the voter's app and the registrar do together. */
function secretVote(id: string): SignedVote {
  const publicKey = parseRsaSpki(bytes(secretKey.published.publicKey));
  const voteId = randomBytes(32);
  const keyId = bytes(secretKey.published.keyId);
  const input = tokenInput({ voteId, challengeDigest: challengeDigest(issuerName, id), tokenKeyId: keyId });
  if (!publicKey) throw new Error('a generated key can be read');
  const { blindedMessage, inverse } = blind(publicKey, input);
  const answer = blindSign(secretPrivateKey, blindedMessage);
  const done = answer.ok && finalize(publicKey, input, answer.blindSignature, inverse);
  if (!done || !done.ok) throw new Error('an honest issuer signs');
  return { voteId, token: done.signature, tokenKeyId: keyId, revision: 0, voterReference: new Uint8Array(0) };
}

function pseudonymousVote(id: string, revision = 1): SignedVote {
  const claim = { electionId: id, voteId: randomBytes(32), voterReference: randomBytes(32), revision };
  const token = signPseudonymousToken(pseudonymousPrivateKey, claim);
  return { ...claim, token, tokenKeyId: bytes(pseudonymousKey.published.keyId) };
}

const suites = [
  { mode: 'secret', published: secretKey.published, vote: secretVote },
  { mode: 'pseudonymous', published: pseudonymousKey.published, vote: pseudonymousVote },
] as const;

describe.each(suites)('in $mode elections', ({ mode, published, vote }) => {
  const verify = createTokenVerifier();
  const council = election(mode, 'council', published);
  const good = vote('council');

  test('a token verifies, as often as it is asked', () => {
    expect(verify(council, good)).toEqual(valid);
    expect(verify(council, good)).toEqual(valid);
    expect(verify(council, vote('council'))).toEqual(valid);
  });

  test('a token with any byte changed is refused, and so is its vote with another vote ID', () => {
    const part = fc.constantFrom('token', 'voteId');
    fc.assert(
      fc.property(part, fc.nat(255), fc.integer({ min: 1, max: 255 }), (name, index, change) => {
        const old = good[name];
        const changed = Uint8Array.from(old, (byte, i) => (i === index % old.length ? byte ^ change : byte));
        expect(verify(council, { ...good, [name]: changed })).toEqual(invalid);
      }),
      { numRuns: 200 },
    );
  });

  test('parts of any wrong length are an invalid token, and nothing is thrown', () => {
    const right = { token: good.token.length, voteId: 32, voterReference: good.voterReference.length };
    fc.assert(
      fc.property(
        fc.constantFrom('token', 'voteId', 'voterReference'),
        fc.uint8Array({ maxLength: 600, size: 'max' }),
        (name, noise) => {
          fc.pre(noise.length !== right[name]);
          expect(verify(council, { ...good, [name]: noise })).toEqual(invalid);
        },
      ),
      { numRuns: 200 },
    );
    for (const fill of [0, 255]) {
      expect(verify(council, { ...good, token: new Uint8Array(good.token.length).fill(fill) })).toEqual(
        invalid,
      );
    }
  });

  test('the token of another election is refused, even under the same key', () => {
    expect(verify(election(mode, 'mayor', published), good)).toEqual(invalid);
    expect(verify(council, vote('mayor'))).toEqual(invalid);
  });

  test('a key that is not one of this election is unknown', () => {
    expect(verify(election(mode, 'council'), good)).toEqual(keyUnknown);
    expect(verify(council, { ...good, tokenKeyId: randomBytes(32) })).toEqual(keyUnknown);
    expect(verify(council, { ...good, tokenKeyId: good.tokenKeyId.subarray(1) })).toEqual(keyUnknown);
    expect(verify(council, { ...good, tokenKeyId: new Uint8Array(0) })).toEqual(keyUnknown);
  });

  test('another revision is refused', () => {
    for (const revision of [2, -1, 0.5, 2 ** 32, Number.NaN]) {
      expect(verify(council, { ...good, revision })).toEqual(invalid);
    }
  });

  test('a published key whose id is not its hash, or that is no key of this mode, is as good as unknown', () => {
    const other = suites.find(suite => suite.mode !== mode)?.published;
    if (!other) throw new Error('there are two suites');
    expect(verify(election(mode, 'council', other), { ...good, tokenKeyId: bytes(other.keyId) })).toEqual(
      keyUnknown,
    );
    const misnamed = { ...published, keyId: toBase64url(randomBytes(32)) };
    const named = { ...good, tokenKeyId: bytes(misnamed.keyId) };
    expect(verify(election(mode, 'council', misnamed), named)).toEqual(keyUnknown);
    const noise = randomBytes(294);
    const noKey = { keyId: toBase64url(tokenKeyId(noise)), publicKey: toBase64url(noise) };
    expect(verify(election(mode, 'council', noKey), { ...good, tokenKeyId: tokenKeyId(noise) })).toEqual(
      keyUnknown,
    );
    expect(verify(election(mode, 'council', misnamed, noKey, published), good)).toEqual(valid);
  });
});

test('the other voter and the other revision of a pseudonymous token are refused', () => {
  const verify = createTokenVerifier();
  const council = election('pseudonymous', 'council', pseudonymousKey.published);
  const second = pseudonymousVote('council', 2);
  expect(verify(council, second)).toEqual(valid);
  expect(verify(council, { ...second, revision: 1 })).toEqual(invalid);
  expect(verify(council, { ...second, voterReference: randomBytes(32) })).toEqual(invalid);
});

test('RSA signatures with other parameters than PSS, SHA-384, MGF1-SHA-384 and 48 bytes of salt are refused', () => {
  const verify = createTokenVerifier();
  const council = election('secret', 'council', secretKey.published);
  const good = secretVote('council');
  const digest = challengeDigest(issuerName, 'council');
  const message = tokenInput({ voteId: good.voteId, challengeDigest: digest, tokenKeyId: good.tokenKeyId });
  const signed = (hash: string, padding: number, saltLength: number) => ({
    ...good,
    token: sign(hash, message, { key: secretPrivateKey, padding, saltLength }),
  });
  const { RSA_PKCS1_PSS_PADDING, RSA_PKCS1_PADDING } = constants;
  expect(verify(council, signed('sha384', RSA_PKCS1_PSS_PADDING, 48))).toEqual(valid);
  for (const saltLength of [0, 20, 32, 47, 49, 64, 206]) {
    expect(verify(council, signed('sha384', RSA_PKCS1_PSS_PADDING, saltLength))).toEqual(invalid);
  }
  expect(verify(council, signed('sha256', RSA_PKCS1_PSS_PADDING, 48))).toEqual(invalid);
  expect(verify(council, signed('sha512', RSA_PKCS1_PSS_PADDING, 48))).toEqual(invalid);
  expect(verify(council, signed('sha384', RSA_PKCS1_PADDING, 48))).toEqual(invalid);
});

function publishPlain(modulusLength: number): PublicKey {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return { keyId: toBase64url(tokenKeyId(spki)), publicKey: toBase64url(spki) };
}

test('keys of another size, and RSA keys without the PSS identifier, are no token keys', () => {
  const plain = publishPlain(2048);
  expect(readTokenKey('secret', plain)).toBeUndefined();
  expect(readTokenKey('secret', underPss(plain))).toBeDefined();
  expect(readTokenKey('secret', underPss(publishPlain(1024)))).toBeUndefined();
});

function underPss(plain: PublicKey): PublicKey {
  const spki = rsaSpkiToPssSpki(bytes(plain.publicKey));
  return { keyId: toBase64url(tokenKeyId(spki)), publicKey: toBase64url(spki) };
}

function goldenElection(
  mode: ElectionDefinition['mode'],
  key: { tokenKeyId: string; publicKey: string },
): TokenElection {
  const published = {
    keyId: toBase64url(bytesOf(key.tokenKeyId)),
    publicKey: toBase64url(bytesOf(key.publicKey)),
  };
  return {
    definition: { id: golden.electionId, mode, issuerName: golden.issuerName, tokenKeys: [published] },
  };
}

test('tokens made elsewhere verify: the golden ones of both suites', () => {
  const verify = createTokenVerifier();
  const { secret, pseudonymous } = golden;
  const voteId = bytesOf(golden.voteId);
  const secretToken = {
    voteId,
    token: bytesOf(secret.token),
    tokenKeyId: bytesOf(secret.tokenKeyId),
    revision: 0,
    voterReference: new Uint8Array(0),
  };
  expect(verify(goldenElection('secret', secret), secretToken)).toEqual(valid);
  const pseudonymousToken = {
    voteId,
    token: bytesOf(pseudonymous.token),
    tokenKeyId: bytesOf(pseudonymous.tokenKeyId),
    revision: pseudonymous.revision,
    voterReference: bytesOf(pseudonymous.voterReference),
  };
  expect(verify(goldenElection('pseudonymous', pseudonymous), pseudonymousToken)).toEqual(valid);
});
