import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import golden from './golden/token-suites.json' with { type: 'json' };
import { type PseudonymousClaim, pseudonymousTokenMessage } from './pseudonymous-token.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the bytes of a pseudonymous token never change', () => {
  const { voterReference, revision, message } = golden.pseudonymous;
  const claim = {
    electionId: golden.electionId,
    voterReference: bytesOf(voterReference),
    revision,
    voteId: bytesOf(golden.voteId),
  };
  expect(hex(pseudonymousTokenMessage(claim))).toBe(message);
});

const claims: fc.Arbitrary<PseudonymousClaim> = fc.record({
  electionId: fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3 }),
  voterReference: fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(97)),
  revision: fc.constantFrom(0, 1, 0x61616161, 0xffffffff),
  voteId: fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(98)),
});

const textOf = (claim: PseudonymousClaim) =>
  [claim.electionId, hex(claim.voterReference), claim.revision, hex(claim.voteId)].join('|');

test('two claims that differ in anything differ in their bytes', () => {
  fc.assert(
    fc.property(claims, claims, (a, b) => {
      const sameBytes = hex(pseudonymousTokenMessage(a)) === hex(pseudonymousTokenMessage(b));
      expect(sameBytes).toBe(textOf(a) === textOf(b));
    }),
    { numRuns: 500 },
  );
});

test('parts of a wrong length and a revision that is no u32 are a fault', () => {
  const right: PseudonymousClaim = {
    electionId: 'e',
    voterReference: new Uint8Array(32),
    revision: 1,
    voteId: new Uint8Array(32),
  };
  expect(() => pseudonymousTokenMessage({ ...right, voterReference: new Uint8Array(0) })).toThrow(RangeError);
  expect(() => pseudonymousTokenMessage({ ...right, voteId: new Uint8Array(33) })).toThrow(RangeError);
  expect(() => pseudonymousTokenMessage({ ...right, revision: -1 })).toThrow(RangeError);
  expect(() => pseudonymousTokenMessage({ ...right, revision: 2 ** 32 })).toThrow(RangeError);
});
