import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestbed, type Testbed } from '@suffrage/test/testbed';
import { byteaArray, int4Array, int8Array, textArray } from './binary-array.ts';

let bed: Testbed;
beforeAll(async () => {
  bed = await openTestbed();
}, 60_000);
afterAll(() => bed.close());

/** What PostgreSQL understands of an array that we have written. */
async function understood(type: string, array: Buffer): Promise<unknown> {
  const { rows } = await bed.pool.query<{ elements: unknown }>(`select $1::${type}[] as elements`, [array]);
  return rows[0]?.elements;
}

test('PostgreSQL reads bytes as they were written, empty and missing ones too', async () => {
  const values = [Buffer.from([0, 255, 92, 34]), null, Buffer.alloc(0), Buffer.alloc(40_000, 7)];
  expect(await understood('bytea', byteaArray(values))).toEqual(values);
  expect(await understood('bytea', byteaArray([]))).toEqual([]);
});

test('PostgreSQL reads texts as they were written, quotes and letters beyond ASCII too', async () => {
  const values = ['a', '', null, 'NULL', '{"x",\\}', 'Ærø – 投票', 'a'];
  expect(await understood('text', textArray(values))).toEqual(values);
});

test('PostgreSQL reads the greatest and least numbers as they were written', async () => {
  const small = [0, -1, 2 ** 31 - 1, -(2 ** 31)];
  expect(await understood('int4', int4Array(small))).toEqual(small);
  const great = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 1_700_000_000_000];
  expect(await understood('int8', int8Array(great))).toEqual(great.map(String));
});

test('a number that does not fit is an error and not another number', () => {
  expect(() => int4Array([2 ** 31])).toThrow('out of range');
  expect(() => int8Array([2n ** 63n])).toThrow('out of range');
  expect(() => int8Array([1.5])).toThrow('not an integer');
});
