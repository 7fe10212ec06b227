import { createPrivateKey, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { blind, finalize, type RandomSource, SALT_LEN, verifyPss } from './blind-rsa.ts';
import { fromBase64url } from './bytes.ts';
import { emsaPssEncode, emsaPssVerify } from './emsa-pss.ts';
import rfc9474 from './golden/rfc9474.json' with { type: 'json' };
import { bitLength, bytesToInt, intToBytes, modInverse, modPow } from './integers.ts';
import { parseRsaSpki, type RsaPublicKey } from './rsa-public-key.ts';
import { blindSign, generateSecretTokenKey, tokenPrivateKey } from './token-keys.node.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const intOf = (text: string) => BigInt(`0x${text}`);

const publicKey: RsaPublicKey = { n: intOf(rfc9474.key.n), e: intOf(rfc9474.key.e) };
const modulusBits = bitLength(publicKey.n);

/** Gives the draws of a published vector instead of random bytes. */
function scripted(...draws: Uint8Array[]): RandomSource {
  return length => {
    const next = draws.shift();
    if (next?.length !== length) throw new Error(`no draw of ${length} bytes is left`);
    return next;
  };
}

const hexToBase64url = (text: string) => Buffer.from(text, 'hex').toString('base64url');
const primeSized = (value: bigint) => Buffer.from(intToBytes(value, 256)).toString('base64url');

function vectorPrivateKey() {
  const { n, e, d, p, q } = rfc9474.key;
  const [dInt, pInt, qInt] = [intOf(d), intOf(p), intOf(q)];
  const jwk = {
    kty: 'RSA',
    n: hexToBase64url(n),
    e: hexToBase64url(e),
    d: hexToBase64url(d),
    p: hexToBase64url(p),
    q: hexToBase64url(q),
    dp: primeSized(dInt % (pInt - 1n)),
    dq: primeSized(dInt % (qInt - 1n)),
    qi: primeSized(modInverse(qInt, pInt) ?? 0n),
  };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

describe.each(rfc9474.vectors)('RFC 9474 appendix A, $name', vector => {
  const message = bytesOf(vector.prepared_msg);
  const saltLength = vector.salt.length / 2;

  test('EMSA-PSS encodes the prepared message as published, and verifies it', () => {
    expect(vector.msg_prefix + vector.msg).toBe(vector.prepared_msg);
    expect(hex(emsaPssEncode(message, modulusBits - 1, bytesOf(vector.salt)))).toBe(vector.encoded_msg);
    expect(emsaPssVerify(message, bytesOf(vector.encoded_msg), modulusBits - 1, saltLength)).toBe(true);
  });

  test('the issuer signs the blinded message as published', () => {
    const answer = blindSign(vectorPrivateKey(), bytesOf(vector.blinded_msg));
    expect(answer.ok && hex(answer.blindSignature)).toBe(vector.blind_sig);
  });

  test('the published signature is one on the encoded message', () => {
    const encoded = modPow(intOf(vector.sig), publicKey.e, publicKey.n);
    expect(encoded.toString(16)).toBe(BigInt(`0x${vector.encoded_msg}`).toString(16));
    expect(verifyPss(publicKey, message, bytesOf(vector.sig))).toBe(saltLength === SALT_LEN);
  });
});

// The blinding code has this suite's salt length; preparing a message is concatenation, so both PSS variants apply.
describe.each(rfc9474.vectors.filter(({ salt }) => salt.length / 2 === SALT_LEN))(
  'RFC 9474 appendix A, the client of $name',
  vector => {
    const message = bytesOf(vector.prepared_msg);
    const blindingFactor = intToBytes(modInverse(intOf(vector.inv), publicKey.n) ?? 0n, 512);

    test('blinds as published', () => {
      const blinded = blind(publicKey, message, scripted(bytesOf(vector.salt), blindingFactor));
      expect(hex(blinded.blindedMessage)).toBe(vector.blinded_msg);
      expect(blinded.inverse).toBe(intOf(vector.inv));
    });

    test('finalizes as published', () => {
      const done = finalize(publicKey, message, bytesOf(vector.blind_sig), intOf(vector.inv));
      expect(done.ok && hex(done.signature)).toBe(vector.sig);
    });
  },
);

test('a signature plus the modulus is refused, although it has the same power', () => {
  const vector = rfc9474.vectors.find(({ name }) => name === 'RSABSSA-SHA384-PSS-Randomized');
  const shifted = intOf(vector?.sig ?? '') + publicKey.n;
  const message = bytesOf(vector?.prepared_msg ?? '');
  expect(verifyPss(publicKey, message, intToBytes(shifted - publicKey.n, 512))).toBe(true);
  expect(verifyPss(publicKey, message, intToBytes(shifted, 512))).toBe(false);
});

describe('with a key of the suite', () => {
  let key: RsaPublicKey;
  let issue: (blindedMessage: Uint8Array) => Uint8Array;

  beforeAll(async () => {
    const pair = await generateSecretTokenKey();
    const parsed = parseRsaSpki(fromBase64url(pair.published.publicKey) ?? new Uint8Array(0));
    if (!parsed) throw new Error('a generated key can be read');
    key = parsed;
    const privateKey = tokenPrivateKey(pair.privateKey.reveal());
    issue = blindedMessage => {
      const answer = blindSign(privateKey, blindedMessage);
      if (!answer.ok) throw new Error('a blinded message is below the modulus');
      return answer.blindSignature;
    };
  });

  test('what is blinded, signed and finalized verifies, for any message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), message => {
        const { blindedMessage, inverse } = blind(key, message);
        const done = finalize(key, message, issue(blindedMessage), inverse);
        expect(done.ok && verifyPss(key, message, done.signature)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('the same message is never blinded to the same bytes twice', () => {
    const message = randomBytes(98);
    const seen = new Set(Array.from({ length: 20 }, () => hex(blind(key, message).blindedMessage)));
    expect(seen.size).toBe(20);
  });

  test('an answer with any byte changed is refused by the client', () => {
    const message = randomBytes(98);
    const { blindedMessage, inverse } = blind(key, message);
    const answer = issue(blindedMessage);
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 1, max: 255 }), (index, change) => {
        const forged = Uint8Array.from(answer, (byte, i) => (i === index ? byte ^ change : byte));
        expect(finalize(key, message, forged, inverse)).toEqual({ ok: false, reason: 'invalid-signature' });
      }),
      { numRuns: 60 },
    );
  });

  test('an answer for another message, and one of another length, is refused by the client', () => {
    const message = randomBytes(98);
    const { blindedMessage, inverse } = blind(key, message);
    const answer = issue(blindedMessage);
    expect(finalize(key, randomBytes(98), answer, inverse).ok).toBe(false);
    const tooShort = finalize(key, message, answer.subarray(1), inverse);
    expect(tooShort).toEqual({ ok: false, reason: 'unexpected-input-size' });
    const tooLong = finalize(key, message, new Uint8Array(257), inverse);
    expect(tooLong).toEqual({ ok: false, reason: 'unexpected-input-size' });
  });

  test('draws that are zero or not below the modulus are drawn again', () => {
    const message = randomBytes(98);
    const salt = randomBytes(SALT_LEN);
    const good = intToBytes(12345n, 256);
    const draws = scripted(
      salt,
      new Uint8Array(256),
      new Uint8Array(256).fill(255),
      intToBytes(key.n, 256),
      good,
    );
    expect(blind(key, message, draws)).toEqual(blind(key, message, scripted(salt, good)));
  });

  test('a broken random source is a fault, not an endless loop', () => {
    expect(() => blind(key, randomBytes(98), length => new Uint8Array(length))).toThrow('random source');
  });
});

test('a modulus too short for hash and salt is a fault', () => {
  expect(() => blind({ n: (1n << 768n) + 1n, e: 3n }, new Uint8Array(1))).toThrow(RangeError);
});

test.each([1031, 1032, 1033, 1040])(
  'EMSA-PSS encodings for %i bits verify, and no changed byte does',
  emBits => {
    const message = randomBytes(20);
    const encoded = emsaPssEncode(message, emBits, randomBytes(SALT_LEN));
    expect(emsaPssVerify(message, encoded, emBits, SALT_LEN)).toBe(true);
    expect(emsaPssVerify(message, encoded, emBits, SALT_LEN - 1)).toBe(false);
    for (let index = 0; index < encoded.length; index++) {
      const changed = Uint8Array.from(encoded, (byte, i) => (i === index ? byte ^ 0x80 : byte));
      expect(emsaPssVerify(message, changed, emBits, SALT_LEN)).toBe(false);
    }
  },
);

test('integers and bytes convert as RFC 8017 says', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 80n) - 1n }), value => {
      const bytes = intToBytes(value, 10);
      expect(hex(bytes)).toBe(value.toString(16).padStart(20, '0'));
      expect(bytesToInt(bytes)).toBe(value);
      if (value > 0n) expect(bitLength(value)).toBe(value.toString(2).length);
    }),
    { numRuns: 200 },
  );
  expect(() => intToBytes(256n, 1)).toThrow(RangeError);
  expect(() => intToBytes(-1n, 1)).toThrow(RangeError);
  expect(bytesToInt(new Uint8Array(0))).toBe(0n);
});

test('an inverse times its value is one, and only co-prime values have one', () => {
  const prime = (1n << 61n) - 1n;
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: prime - 1n }), value => {
      expect(((modInverse(value, prime) ?? 0n) * value) % prime).toBe(1n);
      expect(modPow(value, prime - 1n, prime)).toBe(1n);
    }),
    { numRuns: 200 },
  );
  expect(modInverse(6n, 9n)).toBeUndefined();
  expect(modInverse(0n, 9n)).toBeUndefined();
});
