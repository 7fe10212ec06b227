import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  compareBytes,
  concat,
  equalBytes,
  fromBase64url,
  lengthPrefixed,
  toBase64url,
  u16,
  u32,
  u64,
  utf8,
} from './bytes.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const anyBytes = fc.uint8Array({ maxLength: 300 });

test('integers are written big-endian in their full width', () => {
  expect(hex(u16(0x0102))).toBe('0102');
  expect(hex(u16(0xffff))).toBe('ffff');
  expect(hex(u32(0x01020304))).toBe('01020304');
  expect(hex(u32(0xfffffffe))).toBe('fffffffe');
  expect(hex(u64(0x0102030405060708n))).toBe('0102030405060708');
  expect(hex(u64(0xffffffffffffffffn))).toBe('ffffffffffffffff');
});

test.each([
  ['u16 above its width', () => u16(0x10000)],
  ['u16 below zero', () => u16(-1)],
  ['u16 of a fraction', () => u16(1.5)],
  ['u32 above its width', () => u32(0x100000000)],
  ['u32 of no number', () => u32(Number.NaN)],
  ['u64 above its width', () => u64(1n << 64n)],
  ['u64 below zero', () => u64(-1n)],
  ['a length beyond u16', () => lengthPrefixed(new Uint8Array(0x10000))],
])('%s is a fault', (_case, write) => {
  expect(write).toThrow(RangeError);
});

test('a length-prefixed field says where it ends', () => {
  expect(hex(lengthPrefixed(utf8('añ')))).toBe('000361c3b1');
  expect(hex(lengthPrefixed(new Uint8Array(0)))).toBe('0000');
});

test('joining keeps every part in order and copies it', () => {
  const part = Uint8Array.of(1, 2);
  const joined = concat(part, new Uint8Array(0), Uint8Array.of(3));
  part[0] = 9;
  expect([...joined]).toEqual([1, 2, 3]);
  expect(concat()).toHaveLength(0);
});

test('base64url is what RFC 4648 says, and comes back', () => {
  fc.assert(
    fc.property(anyBytes, bytes => {
      const text = toBase64url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64url'));
      expect(hex(fromBase64url(text) ?? Uint8Array.of(0))).toBe(hex(bytes));
    }),
    { numRuns: 300 },
  );
});

test.each(['A', 'AAAAA', 'AA==', 'AA+A', 'AA/A', 'AA A', 'AAA\n', 'AAAé', 'AAA\u0141', 'AB', 'AAB'])(
  'text that is not the one encoding of some bytes is refused: %j',
  text => {
    expect(fromBase64url(text)).toBeUndefined();
  },
);

test('whatever text base64url accepts, it writes back letter for letter', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('A', 'B', 'a', 'Q', '0', '-', '_', 'w', '='), maxLength: 12 }),
      text => {
        const bytes = fromBase64url(text);
        if (bytes) expect(toBase64url(bytes)).toBe(text);
      },
    ),
    { numRuns: 500 },
  );
});

test('bytes are ordered as PostgreSQL orders bytea', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4, max: 3 }), fc.uint8Array({ maxLength: 4, max: 3 }), (a, b) => {
      expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b));
      expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
    }),
    { numRuns: 500 },
  );
});
