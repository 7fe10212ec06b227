import { sampleRankCorrelation } from 'simple-statistics';
import type { Table } from './everything.ts';

/** Two orders that have nothing to do with each other: beyond that comes by chance once in 15,000 times. */
const STANDARD_ERRORS = 4;
const NUMBER = /^-?\d{1,20}(?:\.\d+)?$/;
const TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;
/** Longer bytes are hashes, keys and the like. */
const MOST_BYTES = 8;

export type Correlation = { readonly value: number; readonly limit: number };

export function correlate(order: readonly number[], times: readonly number[]): Correlation {
  const limit = STANDARD_ERRORS / Math.sqrt(Math.max(order.length - 1, 1));
  // All of one value: there is no order.
  return { value: new Set(order).size < 2 ? 0 : sampleRankCorrelation([...order], [...times]), limit };
}

/**
 * Whatever could be a number or a time in rows that name a voter, whichever column it is in and whatever its type, held against
 * the times at which these voters' votes were cast.
 * @param castAt by what a row may name a voter: the identity, or the reference as hexadecimal digits.
 */
export function orderedColumns(tables: readonly Table[], castAt: ReadonlyMap<string, number>) {
  const ordered: string[] = [];
  let columns = 0;
  for (const { name, rows } of tables) {
    const series = new Map<string, { readonly order: number[]; readonly times: number[] }>();
    for (const row of rows) {
      const time = timeOf(row, castAt);
      if (time === undefined) continue;
      for (const [path, number] of numbersIn(row, name)) {
        const { order, times } = series.get(path) ?? { order: [], times: [] };
        series.set(path, { order, times });
        order.push(number);
        times.push(time);
      }
    }
    columns += series.size;
    for (const [path, { order, times }] of series) {
      const { value, limit } = correlate(order, times);
      if (Math.abs(value) >= limit) ordered.push(`${path} (${value.toFixed(3)})`);
    }
  }
  return { ordered, columns };
}

function timeOf(row: Table['rows'][number], castAt: ReadonlyMap<string, number>): number | undefined {
  for (const value of Object.values(row)) {
    const key = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
    const time = typeof key === 'string' ? castAt.get(key) : undefined;
    if (time !== undefined) return time;
  }
  return undefined;
}

function* numbersIn(value: unknown, path: string): Generator<readonly [string, number]> {
  if (typeof value === 'number') yield [path, value];
  else if (value instanceof Date) yield [path, value.getTime()];
  else if (typeof value === 'string' && NUMBER.test(value)) yield [path, Number(value)];
  else if (typeof value === 'string' && TIME.test(value)) yield [path, Date.parse(value)];
  else if (value instanceof Uint8Array) {
    if (value.length > 0 && value.length <= MOST_BYTES)
      yield [path, Number(`0x${Buffer.from(value).toString('hex')}`)];
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) yield* numbersIn(each, `${path}.${key}`);
  }
}
