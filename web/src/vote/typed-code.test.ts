import { expect, test } from '@jest/globals';
import { voterCode } from '@suffrage/contracts/voter-code';
import { readTypedCode } from './typed-code.ts';

const CODE = voterCode(Uint8Array.from({ length: 17 }, (_, index) => index));

test('a code is taken however it is typed', () => {
  const ways = [CODE, CODE.toLowerCase(), CODE.replaceAll('-', ''), ` ${CODE.replaceAll('-', ' ')} `];
  const misread = CODE.replaceAll('0', 'O').replaceAll('1', 'l');
  for (const typed of [...ways, misread]) {
    expect(readTypedCode(typed)).toEqual({ kind: 'good', count: 18, code: CODE });
  }
});

test('a slip of the finger is told from a code that is not whole yet', () => {
  expect(readTypedCode('')).toEqual({ kind: 'typing', count: 0 });
  expect(readTypedCode(CODE.slice(0, 8)).kind).toBe('typing');
  expect(readTypedCode(`${CODE}2`).kind).toBe('too-long');
  expect(readTypedCode(CODE.replace('2', '3')).kind).toBe('wrong');
});

test.each(['U', '!', 'é', 'ß'])('%s is no symbol of a code', symbol => {
  expect(readTypedCode(`7K${symbol}`).kind).toBe('strange-symbol');
});
