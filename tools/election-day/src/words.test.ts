import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { addBytes, addText, addValue, type Words } from './words.ts';

const common = (a: Words, b: Words) => [...a].filter(word => b.has(word));

test('the same bytes are found in whatever form each side has written them', () => {
  const id = randomBytes(32);
  const forms: ((words: Words) => void)[] = [
    words => addBytes(words, id),
    words => addText(words, `voted: ${id.toString('base64url')}.`),
    words => addText(words, JSON.stringify({ voteId: id.toString('base64') })),
    words => addText(words, `id=${id.toString('hex').toUpperCase()}`),
    words => addValue(words, [{ voteId: id }]),
  ];
  for (const one of forms) {
    for (const other of forms) {
      const [left, right]: [Words, Words] = [new Set(), new Set()];
      one(left);
      other(right);
      expect(common(left, right)).toContain(id.toString('hex'));
    }
  }
});

test('different bytes have no word in common', () => {
  const [left, right]: [Words, Words] = [new Set(), new Set()];
  for (let time = 0; time < 1_000; time += 1) {
    addBytes(left, randomBytes(32));
    addText(right, randomBytes(32).toString('base64url'));
  }
  expect(common(left, right)).toEqual([]);
});
