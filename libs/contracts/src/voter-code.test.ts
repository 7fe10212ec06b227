import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { readVoterCode, voterCode } from './voter-code.ts';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codes = Array.from({ length: 50 }, () => voterCode(new Uint8Array(randomBytes(17))));

test('a code is read as it was written, however it is typed', () => {
  expect(voterCode(new Uint8Array(17).fill(0xe1))).toMatch(/^1{6}-1{6}-1{5}.$/);
  for (const code of codes) {
    expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{6}(-|$)){3}/);
    const sloppy = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    for (const typed of [code, sloppy, ` ${code.replaceAll('1', 'I').replaceAll('-', '–')}\n`])
      expect(readVoterCode(typed)).toBe(code);
  }
});

test('no single wrong symbol goes unnoticed, and of swapped neighbours at most one in a hundred', () => {
  let swaps = 0;
  let unnoticed = 0;
  for (const code of codes) {
    const symbols = Array.from(code.replaceAll('-', ''));
    for (const [place, symbol] of symbols.entries()) {
      for (const other of ALPHABET) {
        if (other !== symbol) expect(readVoterCode(symbols.with(place, other).join(''))).toBeUndefined();
      }
      const next = symbols[place + 1];
      if (next === undefined || next === symbol) continue;
      swaps += 1;
      const swapped = symbols.with(place, next).with(place + 1, symbol);
      if (readVoterCode(swapped.join('')) !== undefined) unnoticed += 1;
    }
  }
  expect(swaps).toBeGreaterThan(500);
  expect(unnoticed / swaps).toBeLessThan(0.02);
});

test('what can not be a code is none', () => {
  const [code = ''] = codes;
  for (const typed of ['', code.slice(1), `${code}0`, code.replace(/^./, 'U'), '💥'.repeat(9)])
    expect(readVoterCode(typed)).toBeUndefined();
});
