import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import rfc9578 from './golden/rfc9578-type2.json' with { type: 'json' };
import { bytesToInt } from './integers.ts';
import { hasPssIdentifier, parseRsaSpki, withPssIdentifier } from './rsa-public-key.ts';
import { rsaSpkiToPssSpki } from './token-keys.node.ts';

const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');
const derOf = (modulusLength: number, publicExponent = 65537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({
    format: 'der',
    type: 'spki',
  });
const spki = derOf(2048);

test('a key is read the same with either identifier, as Node reads it', () => {
  const { n = '', e = '' } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({
    format: 'jwk',
  });
  const expected = { n: bytesToInt(Buffer.from(n, 'base64url')), e: bytesToInt(Buffer.from(e, 'base64url')) };
  expect(parseRsaSpki(spki)).toEqual(expected);
  expect(parseRsaSpki(rsaSpkiToPssSpki(spki))).toEqual(expected);
});

test.each([512, 1024, 3072])('a modulus of %i bits is read and re-published', bits => {
  const der = derOf(bits);
  const pss = rsaSpkiToPssSpki(der);
  expect(parseRsaSpki(pss)).toEqual(parseRsaSpki(der));
  const details = createPublicKey({
    key: Buffer.from(pss),
    format: 'der',
    type: 'spki',
  }).asymmetricKeyDetails;
  expect(details).toMatchObject({
    modulusLength: bits,
    hashAlgorithm: 'sha384',
    mgf1HashAlgorithm: 'sha384',
    saltLength: 48,
  });
});

test('the published form is that of RFC 9578, byte for byte', () => {
  for (const { pkS, skS } of rfc9578.vectors) {
    const plain = createPublicKey(Buffer.from(skS, 'hex').toString()).export({ format: 'der', type: 'spki' });
    expect(hasPssIdentifier(plain)).toBe(false);
    expect(hex(rsaSpkiToPssSpki(plain))).toBe(pkS);
    expect(hex(withPssIdentifier(Buffer.from(pkS, 'hex')))).toBe(pkS);
    expect(hasPssIdentifier(Buffer.from(pkS, 'hex'))).toBe(true);
  }
});

test('keys of other kinds are refused', () => {
  const others = [
    generateKeyPairSync('ed25519').publicKey,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
    generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256' }).publicKey,
  ].map(key => key.export({ format: 'der', type: 'spki' }));
  for (const other of others) {
    expect(parseRsaSpki(other)).toBeUndefined();
    expect(hasPssIdentifier(other)).toBe(false);
    expect(() => rsaSpkiToPssSpki(other)).toThrow('not an RSA public key');
  }
});

test('bytes cut short, followed by more, or changed in the structure are refused, and none throws', () => {
  for (let length = 0; length < spki.length; length++)
    expect(parseRsaSpki(spki.subarray(0, length))).toBeUndefined();
  expect(parseRsaSpki(Buffer.concat([spki, Buffer.of(0)]))).toBeUndefined();
  fc.assert(
    fc.property(fc.nat(31), fc.integer({ min: 1, max: 255 }), (index, change) => {
      const changed = Uint8Array.from(spki, (byte, i) => (i === index ? byte ^ change : byte));
      expect(parseRsaSpki(changed)).toBeUndefined();
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), noise => parseRsaSpki(noise) === undefined),
    { numRuns: 200 },
  );
});

test('an even or negative modulus and a padded integer are refused', () => {
  const at = spki.indexOf(Buffer.from('0282010100', 'hex')) + 4;
  const changed = (index: number, byte: number) =>
    Uint8Array.from(spki, (old, i) => (i === index ? byte : old));
  expect(spki[at]).toBe(0);
  expect(parseRsaSpki(changed(at, 0x80))).toBeUndefined();
  expect(parseRsaSpki(changed(at + 1, 0x01))).toBeUndefined();
  expect(parseRsaSpki(changed(at + 256, 0x02))).toBeUndefined();
});

test('a length that is not encoded in the shortest way is refused', () => {
  const short = derOf(512);
  const length = short[1] ?? 0;
  expect(length).toBe(short.length - 2);
  const reencoded = (...header: number[]) => Uint8Array.from([0x30, ...header, ...short.subarray(2)]);
  expect(parseRsaSpki(reencoded(length))).toBeDefined();
  expect(parseRsaSpki(reencoded(0x81, length))).toBeUndefined();
  expect(parseRsaSpki(reencoded(0x82, 0, length))).toBeUndefined();
});
