import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import { compareBytes, fromBase64url, toBase64url } from './bytes.ts';
import type { PublicKey } from './election.ts';
import { tokenKeyId } from './privacy-pass.ts';
import { type PseudonymousClaim, pseudonymousTokenMessage } from './pseudonymous-token.ts';
import { Redacted } from './redacted.ts';
import { withPssIdentifier } from './rsa-public-key.ts';

/** The issuer's half of the token suites. Node only: private keys stay inside node:crypto. */
const generate = promisify(generateKeyPair);

const MODULUS_BITS = 2048;
const PUBLIC_EXPONENT = 65537;

export type TokenKeyPair = {
  /** PKCS#8 DER; `tokenPrivateKey` reads it back. */
  readonly privateKey: Redacted<Uint8Array>;
  /** As an election definition publishes it. */
  readonly published: PublicKey;
};

/**
 * A key for one `secret` election (RFC 9578: never used for anything else). It is generated as plain `rsa`, because
 * OpenSSL refuses raw operations with `rsa-pss` keys, and published with the identifier id-RSASSA-PSS.
 */
export async function generateSecretTokenKey(): Promise<TokenKeyPair> {
  const { privateKey } = await generate('rsa', {
    modulusLength: MODULUS_BITS,
    publicExponent: PUBLIC_EXPONENT,
  });
  return keyPair(privateKey);
}

/** An Ed25519 key for one election: for the tokens of a `pseudonymous` one, or for the registrar's statements. */
export async function generateEd25519Key(): Promise<TokenKeyPair> {
  const { privateKey } = await generate('ed25519');
  return keyPair(privateKey);
}

function keyPair(privateKey: KeyObject): TokenKeyPair {
  return {
    privateKey: new Redacted(privateKey.export({ format: 'der', type: 'pkcs8' })),
    published: publishedTokenKey(privateKey),
  };
}

/** The public half of a key of either kind, as an election definition publishes it. */
export function publishedTokenKey(privateKey: KeyObject): PublicKey {
  const plain = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const spki = privateKey.asymmetricKeyType === 'rsa' ? rsaSpkiToPssSpki(plain) : plain;
  return { keyId: toBase64url(tokenKeyId(spki)), publicKey: toBase64url(spki) };
}

/** The key object of a stored PKCS#8 DER. Make it once: it carries what signing caches. */
export function tokenPrivateKey(pkcs8: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
}

/**
 * The same RSA key under id-RSASSA-PSS with SHA-384, MGF1-SHA-384 and salt length 48, RFC 9578 section 6.5.
 * @throws Error when the input is no RSA SPKI in DER.
 */
export function rsaSpkiToPssSpki(spkiDer: Uint8Array): Uint8Array {
  const pss = withPssIdentifier(spkiDer);
  if (!pss) throw new Error('not an RSA public key as SPKI in DER');
  return pss;
}

export type BlindSigning =
  | { readonly ok: true /** As long as the modulus. */; readonly blindSignature: Uint8Array }
  | { readonly ok: false; readonly code: 'blinded-message-invalid' };

/**
 * BlindSign, RFC 9474 section 4.3: the raw RSA private operation, synchronous, some 0.5 ms of CPU. OpenSSL blinds it
 * against timing. Repeating it on the same bytes gives the same bytes.
 *
 * One faulty signature would give away the key, so the RFC has each one checked by the public operation. OpenSSL does
 * that itself, and signs anew in another way where it doesn't check (`rsa_ossl_mod_exp`); a second time would cost a
 * tenth of a token. A test damages a key's parts to hold OpenSSL to it.
 * @param privateKey plain `rsa`.
 */
export function blindSign(privateKey: KeyObject, blindedMessage: Uint8Array): BlindSigning {
  if (!canBlindSign(privateKey, blindedMessage)) return { ok: false, code: 'blinded-message-invalid' };
  const padding = constants.RSA_NO_PADDING;
  return { ok: true, blindSignature: privateDecrypt({ key: privateKey, padding }, blindedMessage) };
}

/** Whether these bytes are a number that the key can sign: as long as its modulus, and below it. */
export function canBlindSign(privateKey: KeyObject, blindedMessage: Uint8Array): boolean {
  const modulus = modulusOf(privateKey);
  return blindedMessage.length === modulus.length && compareBytes(blindedMessage, modulus) < 0;
}

const moduli = new WeakMap<KeyObject, Uint8Array>();

function modulusOf(privateKey: KeyObject): Uint8Array {
  const cached = moduli.get(privateKey);
  if (cached) return cached;
  if (privateKey.asymmetricKeyType !== 'rsa') throw new Error('blind signing needs a plain RSA private key');
  const { n = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const modulus = fromBase64url(n);
  if (!modulus) throw new Error('an RSA public key has a modulus');
  moduli.set(privateKey, modulus);
  return modulus;
}

/** The token of a `pseudonymous` election, 64 bytes, about 50 µs. @throws RangeError for a malformed claim. */
export function signPseudonymousToken(privateKey: KeyObject, claim: PseudonymousClaim): Uint8Array {
  return sign(null, pseudonymousTokenMessage(claim), privateKey);
}
