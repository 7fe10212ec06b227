import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import * as chosen from '#text';
import * as browser from './text.browser.ts';
import * as node from './text.node.ts';

test('browser and Node write bytes alike, wherever they lie', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40), (whole, from) => {
      const bytes = whole.subarray(from);
      expect(node.toBase64url(bytes)).toBe(browser.toBase64url(bytes));
      expect(node.binaryText(bytes)).toBe(browser.binaryText(bytes));
    }),
    { numRuns: 200 },
  );
});

test('in Node "#text" is the native one', () => {
  expect(chosen).toMatchObject({ toBase64url: node.toBase64url, binaryText: node.binaryText });
});
