import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { prometheusAt } from './prometheus.ts';
import { questions, watch } from './watch.ts';

type Sample = { readonly metric: Record<string, string>; readonly value: string };
let said: Partial<Record<keyof typeof questions, readonly Sample[]>>;
let status: number;
let asked: number;
let server: Server;
let prometheus: string;

const SERVED = [{ metric: {}, value: '5' }];

beforeEach(async () => {
  said = { served: SERVED };
  status = 200;
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    const query = new URL(request.url ?? '', 'http://x').searchParams.get('query');
    const key = (Object.keys(questions) as (keyof typeof questions)[]).find(
      name => questions[name] === query,
    );
    const result = (key && said[key]) ?? [];
    response.writeHead(status, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        status: 'success',
        data: {
          resultType: 'vector',
          result: result.map(({ metric, value }) => ({ metric, value: [1, value] })),
        },
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('a listening server has an address');
  prometheus = `http://127.0.0.1:${address.port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A clock on which every look takes a minute. */
function minutes(): () => number {
  let now = 0;
  return () => (now += 20_000);
}
const look = () =>
  watch({
    ask: prometheusAt(prometheus),
    watchMillis: 300_000,
    pollMillis: 1,
    blindMillis: 60_000,
    now: minutes(),
    say: () => undefined,
  });

test('a release that burns nothing is watched to the end and stays', async () => {
  expect(await look()).toBeUndefined();
  expect(asked).toBeGreaterThan(6);
});

test('an alert that pages takes a release back, by name', async () => {
  said = { served: SERVED, alerts: [{ metric: { alertname: 'VotesUnaccounted' }, value: '1' }] };
  expect(await look()).toBe('alerts: VotesUnaccounted');
});

test('failed acknowledgements take a release back before their alert is due', async () => {
  said = { served: SERVED, burning: [{ metric: {}, value: '0.02' }] };
  expect(await look()).toBe('2.00 % of votes were not acknowledged');
});

test('a release that nobody can see does not stay', async () => {
  status = 503;
  expect(await look()).toContain('nobody has seen the release');
  status = 200;
  said = {};
  expect(await look()).toContain('nobody has seen the release');
});
