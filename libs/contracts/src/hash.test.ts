import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import * as chosen from '#hash';
import { utf8 } from './bytes.ts';
import * as browser from './hash.browser.ts';
import * as node from './hash.node.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test.each([
  ['node', node],
  ['browser', browser],
])('the hashes of "abc" are those of FIPS 180-4 (%s)', (_where, { sha256, sha384 }) => {
  expect(hex(sha256(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(hex(sha384(utf8('abc')))).toBe(
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  );
});

test('browser and Node hash alike', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      expect(hex(browser.sha256(bytes))).toBe(hex(node.sha256(bytes)));
      expect(hex(browser.sha384(bytes))).toBe(hex(node.sha384(bytes)));
      for (const { sha256, writeSha256 } of [browser, node]) {
        const written = new Uint8Array(40).fill(7);
        writeSha256(bytes, written);
        expect(hex(written)).toBe(`${hex(sha256(bytes))}${'07'.repeat(8)}`);
      }
    }),
    { numRuns: 100 },
  );
});

test('in Node "#hash" is the native one', () => {
  expect(chosen.sha256).toBe(node.sha256);
});
