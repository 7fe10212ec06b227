import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { fromBase64url } from './bytes.ts';
import golden from './golden/token-suites.json' with { type: 'json' };
import { intToBytes } from './integers.ts';
import { parseRsaSpki } from './rsa-public-key.ts';
import {
  blindSign,
  generateEd25519Key,
  generateSecretTokenKey,
  signPseudonymousToken,
  type TokenKeyPair,
  tokenPrivateKey,
} from './token-keys.node.ts';
import { readTokenKey } from './verify-token.node.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

let pair: TokenKeyPair;
let modulus: bigint;

beforeAll(async () => {
  pair = await generateSecretTokenKey();
  modulus = parseRsaSpki(fromBase64url(pair.published.publicKey) ?? new Uint8Array(0))?.n ?? 0n;
});

test('a key of a secret election is RSA of 2048 bits with exponent 65537, published with the PSS identifier', () => {
  const spki = Buffer.from(pair.published.publicKey, 'base64url');
  const published = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  expect(published.asymmetricKeyType).toBe('rsa-pss');
  expect(published.asymmetricKeyDetails).toMatchObject({
    modulusLength: 2048,
    publicExponent: 65537n,
    saltLength: 48,
  });
  expect(tokenPrivateKey(pair.privateKey.reveal()).asymmetricKeyType).toBe('rsa');
  expect(readTokenKey('secret', pair.published)).toBeDefined();
});

test('a key of a pseudonymous election is Ed25519', async () => {
  const own = await generateEd25519Key();
  expect(tokenPrivateKey(own.privateKey.reveal()).asymmetricKeyType).toBe('ed25519');
  expect(readTokenKey('pseudonymous', own.published)).toBeDefined();
});

test('private keys never print', () => {
  const printed = [inspect(pair, { depth: 5 }), JSON.stringify(pair), String(pair.privateKey)].join();
  expect(printed).not.toContain(Buffer.from(pair.privateKey.reveal()).toString('base64').slice(40, 60));
  expect(printed).toContain('[redacted]');
});

test('a blinded message of a wrong length, or not below the modulus, is refused as a value', () => {
  const privateKey = tokenPrivateKey(pair.privateKey.reveal());
  const refused = { ok: false, code: 'blinded-message-invalid' };
  for (const length of [0, 1, 255, 257, 512])
    expect(blindSign(privateKey, new Uint8Array(length))).toEqual(refused);
  expect(blindSign(privateKey, new Uint8Array(256).fill(255))).toEqual(refused);
  expect(blindSign(privateKey, intToBytes(modulus, 256))).toEqual(refused);
  expect(blindSign(privateKey, intToBytes(modulus - 1n, 256)).ok).toBe(true);
  expect(blindSign(privateKey, intToBytes(2n, 256)).ok).toBe(true);
});

test('signing the same blinded message again gives the same answer', () => {
  const privateKey = tokenPrivateKey(pair.privateKey.reveal());
  const blindedMessage = randomBytes(256);
  blindedMessage[0] = 0;
  expect(blindSign(privateKey, blindedMessage)).toEqual(blindSign(privateKey, blindedMessage));
});

test.each(['dp', 'dq', 'qi', 'p', 'q'])('a fault in %s of the key gives no faulty signature', part => {
  const privateKey = tokenPrivateKey(pair.privateKey.reveal());
  const jwk = privateKey.export({ format: 'jwk' });
  const value = Buffer.from(jwk[part] as string, 'base64url');
  value[40] = (value[40] ?? 0) ^ 1;
  const faulty = createPrivateKey({
    key: { ...jwk, [part]: value.toString('base64url') },
    format: 'jwk',
  });
  const blindedMessage = randomBytes(256);
  blindedMessage[0] = 0;
  expect(blindSign(faulty, blindedMessage)).toEqual(blindSign(privateKey, blindedMessage));
});

test('blind signing with a key of another kind is a fault', () => {
  const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
  expect(() => blindSign(privateKey, new Uint8Array(256))).toThrow('plain RSA');
});

test('a pseudonymous token is the published Ed25519 signature', () => {
  const { privateKey, voterReference, revision, token } = golden.pseudonymous;
  const signature = signPseudonymousToken(tokenPrivateKey(bytesOf(privateKey)), {
    electionId: golden.electionId,
    voterReference: bytesOf(voterReference),
    revision,
    voteId: bytesOf(golden.voteId),
  });
  expect(hex(signature)).toBe(token);
});
