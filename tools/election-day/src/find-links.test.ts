import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Table } from './everything.ts';
import { columnsOf, shared, silence, unordered } from './find-links.ts';
import type { Cast } from './vote.ts';
import { addText, addValue, type Words } from './words.ts';

const logsDirectory = mkdtempSync(join(tmpdir(), 'suffrage-links-'));
afterAll(() => rmSync(logsDirectory, { recursive: true }));

const opensAt = '2026-05-07T07:00:00Z';
const token = Uint8Array.from({ length: 256 }, (_, place) => (place * 7) % 251);
const cast: Cast = {
  votes: new Map([['ann@example.org', 'EjRWeJASNFZ4kBI0VniQEjRWeJASNFZ4kBI0VniQEjQ']]),
  codes: ['7K2MQX-0D4RTV-H9WZ3C'],
  tokens: [token],
  refusals: { second: [], wrong: [], stolen: [], voided: [], robbed: [] },
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

test('a value that both sides have, and is not public, is found, and so is one on the wrong side', () => {
  const wrong = (registrar: unknown, votes: unknown, common = '') => {
    const [r, v, c]: [Words, Words, Words] = [new Set(), new Set(), new Set()];
    addValue(r, registrar);
    addValue(v, votes);
    addText(c, common);
    return shared({ registrar: r, votes: v, common: c, cast })
      .filter(({ ok }) => !ok)
      .map(({ what }) => what);
  };
  const session = randomBytes(16);
  const both = 'values that the registrar and the votes’ side both have, beyond what is published';
  expect(wrong({ voter: 'ann@example.org', session }, { token })).toEqual([]);
  expect(wrong({ session }, { trace: session.toString('base64url') })).toEqual([both]);
  expect(wrong({ key: session }, { key: session }, session.toString('base64url'))).toEqual([]);
  expect(wrong('', { by: 'ann@example.org' })).toEqual(['codes and identities on the votes’ side']);
  expect(wrong({ vote: [...cast.votes.values()] }, '')).toEqual(['votes and tokens on the registrar’s side']);
  for (const code of ['7K2MQX-0D4RTV-H9WZ3C', '7k2mqx0d4rtvh9wz3c'])
    expect(wrong({ code }, '')).toEqual(['codes in plain on the registrar’s side']);
});

test('a number or a time beside a voter that goes as the votes went is found, whatever its type and its table', () => {
  const voters = Array.from({ length: 500 }, (_, place) => `voter-${place}@example.org`);
  const ids = voters.map(voter => createHash('sha256').update(voter).digest('base64url'));
  const appended = new Map(ids.map((id, place) => [id, 1_788_000_000_000 + 900 * place]));
  const many: Cast = { ...cast, votes: new Map(voters.map((voter, place) => [voter, ids[place] ?? ''])) };
  const references = voters.map(voter => createHash('sha256').update(`ref ${voter}`).digest());
  const roll: Table = {
    name: 'roll',
    rows: voters.map((voter, place) => ({ voter, voter_reference: references[place] })),
  };
  const found = (column: (place: number) => unknown) => {
    const rows = references.map((reference, place) => ({ who: reference, seen: column(place) }));
    return columnsOf([roll, { name: 'seen', rows }], many, appended);
  };
  const time = (place: number) => 1_788_000_000_000 + 1_000 * place;
  // Numbers as pg gives them: bigint as text.
  const telling: ((place: number) => unknown)[] = [
    place => place,
    place => String(time(place)),
    place => String(-time(place)),
    place => new Date(time(place)),
    place => ({ asked: [{ at: new Date(time(place)).toISOString() }] }),
    place => ({ at: time(place) }),
    place => Buffer.from(time(place).toString(16).padStart(16, '0'), 'hex'),
    // Only of those who came in the second half.
    place => (place < 250 ? null : place),
  ];
  for (const column of telling) expect(found(column)).toMatchObject({ ok: false });
  const chance = (place: number) => createHash('sha256').update(`${place}`).digest();
  for (const column of [() => 1, (place: number) => chance(place).readUInt32BE(), chance, () => null])
    expect(found(column)).toMatchObject({ ok: true });
});
