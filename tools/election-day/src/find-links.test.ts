import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { silence, unordered } from './find-links.ts';
import type { Cast } from './vote.ts';

const logsDirectory = mkdtempSync(join(tmpdir(), 'suffrage-links-'));
afterAll(() => rmSync(logsDirectory, { recursive: true }));

const opensAt = '2026-05-07T07:00:00Z';
const token = Uint8Array.from({ length: 256 }, (_, place) => (place * 7) % 251);
const cast: Cast = {
  votes: new Map([['ann@example.org', 'EjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0VniQEjQ']]),
  codes: ['7K2MQX-0D4RTV-H9WZ3C'],
  tokens: [token],
  refusals: { second: [], wrong: [], stolen: [] },
  repeated: 0,
  problems: [],
};

/** What is found where services have logged these lines and sent these spans. */
function wrongIn(lines: readonly object[], { spans = '', metrics = '' } = {}): string[] {
  const log = lines.map(line => JSON.stringify({ level: 30, time: Date.parse(opensAt) - 1, ...line }));
  writeFileSync(join(logsDirectory, 'registrar-1.log'), log.join('\n'));
  return silence({ logsDirectory, opensAt, cast, spans, metrics })
    .filter(({ ok }) => !ok)
    .map(({ what }) => what);
}

test('a code, an identity, a vote or a token in a log or in a trace is found', () => {
  expect(wrongIn([{ msg: 'started' }], { spans: '{"name":"append"}', metrics: 'votes_total 1' })).toEqual([]);
  for (const planted of [
    ...cast.votes.keys(),
    ...cast.votes.values(),
    ...cast.codes,
    Buffer.from(token).toString('base64'),
    Buffer.from(token).toString('hex'),
  ]) {
    expect(wrongIn([{ msg: `asked by ${planted}` }])).toEqual([
      'codes, identities, votes and tokens in logs',
    ]);
    expect(wrongIn([], { spans: `{"value":"${planted}"}` })).toEqual([
      'codes, identities, votes and tokens in traces',
    ]);
    expect(wrongIn([], { metrics: `votes_total{by="${planted}"} 1` })).toEqual([
      'codes, identities, votes and tokens in metrics',
    ]);
  }
});

test('a log with a line for each token is found', () => {
  const lines = Array.from({ length: 20 }, () => ({ time: Date.parse(opensAt) + 1, msg: 'asked' }));
  expect(wrongIn(lines)).toEqual(['lines of the registrar’s log since the opening']);
});

test('rows in the order of the votes, or in the opposite one, are found', () => {
  const times = Array.from({ length: 500 }, (_, place) => 1_000 * place);
  const shuffled = times.toSorted((a, b) => Math.sin(a) - Math.sin(b));
  const wrong = (order: readonly number[]) => unordered('order', order, times).filter(({ ok }) => !ok).length;
  expect(wrong(times)).toBe(1);
  expect(wrong(times.toReversed())).toBe(1);
  // Mostly in order, as batches are.
  expect(wrong(times.map((time, place) => time + (shuffled[place] ?? 0) / 2))).toBe(1);
  expect(wrong(shuffled)).toBe(0);
  expect(wrong(times.map(() => 7))).toBe(0);
  expect(unordered('order', [], [])).toMatchObject([{ ok: false }]);
});
