import { expect, test } from '@jest/globals';
import { castVoteBody } from '@suffrage/contracts/vote-request';
import * as fc from 'fast-check';
import { compileSchema } from './compiled-body.ts';

const isGood = compileSchema(castVoteBody);
const good = { selections: { mayor: ['a', 'b'] }, salt: 'AAAA', token: 'BBBB', tokenKeyId: 'CCCC' };

test('a vote as clients send it is let through by compiled code', () => {
  expect(isGood(good)).toBe(true);
  expect(isGood({ ...good, revision: 1, voterReference: 'DDDD' })).toBe(true);
});

/** Fastify's parser refuses `__proto__` before anybody validates. */
const id = fc
  .oneof(
    { arbitrary: fc.stringMatching(/^[a-z]{1,8}$/), weight: 8 },
    fc.string({ unit: 'binary', maxLength: 70 }),
    fc.constantFrom('', 'mayor', 'constructor', 'x'.repeat(63), 'x'.repeat(64), '\u{1f5f3}'.repeat(32)),
  )
  .filter(text => text !== '__proto__');
const code = fc.oneof(
  { arbitrary: fc.stringMatching(/^[A-Za-z0-9_-]{1,60}$/), weight: 12 },
  fc.string({ unit: 'binary', maxLength: 5 }),
  fc.constantFrom('A'.repeat(64), 'A'.repeat(65), 'A'.repeat(512), 'A'.repeat(513), 'A'.repeat(1_025)),
);
const options = fc.oneof(
  { arbitrary: fc.array(id, { maxLength: 4 }), weight: 6 },
  fc.constantFrom(Array(256).fill('a'), Array(257).fill('a')),
);
const many = (contests: number) =>
  Object.fromEntries(Array.from({ length: contests }, (_, n) => [`c${n}`, []]));
const selections = fc.oneof(
  { arbitrary: fc.dictionary(id, options, { maxKeys: 3 }), weight: 4 },
  fc.constantFrom(many(63), many(64), many(65), many(300)),
);
const odd = fc.oneof(fc.anything(), fc.constantFrom(null, undefined, -1, 0.5, 2 ** 32, '1', [], {}));
const revision = fc.oneof({ arbitrary: fc.nat(), weight: 6 }, fc.constantFrom(2 ** 32 - 1, 2 ** 32, -1, 1.5));

test('whatever compiled code lets through is a vote for zod too, and the same one', () => {
  let letThrough = 0;
  const near = fc.record(
    { selections, salt: code, token: code, tokenKeyId: code, revision, voterReference: code },
    { requiredKeys: ['selections', 'salt', 'token', 'tokenKeyId'] },
  );
  const spoilt = fc
    .tuple(near, fc.constantFrom('selections', 'salt', 'revision', 'tokenKeyId', 'more'), odd)
    .map(([body, field, value]) => ({ ...body, [field]: value }));
  fc.assert(
    fc.property(fc.oneof({ arbitrary: near, weight: 4 }, spoilt, odd), body => {
      // As a parser gives it.
      const data: unknown = JSON.parse(JSON.stringify(body) ?? 'null');
      if (!isGood(data)) return;
      letThrough += 1;
      expect(castVoteBody.parse(data)).toEqual(data);
    }),
    { numRuns: 2_000 },
  );
  expect(letThrough).toBeGreaterThan(100);
});
