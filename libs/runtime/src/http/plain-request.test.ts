import { createServer, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readPlainRequest } from './plain-request.ts';

const PLAIN =
  'POST /v1/elections/a/votes HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
const read = (text: string) => readPlainRequest(Buffer.from(text, 'latin1'));

test('a head and as much behind it as it says are a plain request', () => {
  expect(read(PLAIN)).toEqual({ method: 'POST', url: '/v1/elections/a/votes' });
  expect(read(PLAIN.replace('Host: b', 'connection: keep-alive\r\nhost:b'))).toBeDefined();
  expect(read('GET / HTTP/1.1\r\nHost: b\r\n\r\n')).toEqual({ method: 'GET', url: '/' });
});

test.each([
  ['less than its length', PLAIN.slice(0, -1)],
  ['more than its length', `${PLAIN} `],
  ['a beginning', PLAIN.slice(0, 40)],
  ['two', PLAIN + PLAIN],
  ['no host', PLAIN.replace('Host: b', 'Hose: b')],
  ['another method', PLAIN.replace('POST', 'HEAD')],
  ['a body without a length', PLAIN.replace(/Content-Length: 2\r\n/, '')],
  ['a length that is none', PLAIN.replace('Content-Length: 2', 'Content-Length: +2')],
  ['a body of which less has a length', PLAIN.replace('Content-Length: 2', 'Content-Length: 1')],
  ['two lengths', PLAIN.replace('Host: b', 'Content-Length: 2')],
  ['a length and chunks', PLAIN.replace('Host: b', 'Transfer-Encoding: chunked')],
  ['an end of its connection', PLAIN.replace('Host: b', 'Connection: close')],
  ['an end of its connection as proxies say it', PLAIN.replace('Host: b', 'Proxy-Connection: close')],
  ['another protocol to follow', PLAIN.replace('Host: b', 'Upgrade: h2c')],
  ['a body that waits', PLAIN.replace('Host: b', 'Expect: 100-continue')],
  ['a folded line', PLAIN.replace('Host: b', 'Host: b\r\n c: d')],
  ['a space before a colon', PLAIN.replace('Host: b', 'Transfer-Encoding : chunked')],
  ['a line that ends with LF', PLAIN.replace('Host: b\r\n', 'Host: b\n')],
  ['a line that ends with CR', PLAIN.replace('Host: b\r\n', 'Host: b\r')],
  ['a field without a name', PLAIN.replace('Host: b', ': b')],
  ['bytes that are no ASCII', PLAIN.replace('Host: b', 'Host: \u00e9')],
  ['an older protocol', PLAIN.replace('HTTP/1.1', 'HTTP/1.0')],
  ['an absolute address', PLAIN.replace('POST /', 'POST http://b/')],
  ['an empty line first', `\r\n${PLAIN}`],
  ['a head that is long', PLAIN.replace('Host: b', `Host: ${'b'.repeat(3_000)}`)],
  [
    'many fields that nearly match',
    PLAIN.replace('Host: b', 'a: b\r\n'.repeat(200).slice(0, -2).concat('\u00e9')),
  ],
])('%s is not', (_what, text) => {
  expect(read(text)).toBeUndefined();
});

/** What Node's own parser makes of it. */
const server = createServer();
beforeAll(async () => void (await once(server.listen(0, '127.0.0.1'), 'listening')));
afterAll(() => void server.close());

async function requestsIn(bytes: Buffer): Promise<{ method: string; url: string; body: string }[]> {
  const seen: { method: string; url: string; body: string }[] = [];
  const note = (request: IncomingMessage) => {
    const entry = { method: request.method ?? '', url: request.url ?? '', body: '' };
    seen.push(entry);
    request.setEncoding('latin1').on('data', (more: string) => (entry.body += more));
    request.once('end', () => request.socket.write('.'));
  };
  server.on('request', note);
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.resume().end(bytes);
  await once(socket, 'close');
  server.off('request', note);
  return seen;
}

test('what is plain, Node reads the same, and the next request behind it', async () => {
  const next = 'GET /next HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n';
  const piece = fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    ' ',
    '\t',
    ':',
    '0',
    '1',
    '+',
    ',',
    ';',
    '\0',
    'a',
    '\u0080',
    'Content-Length: 3\r\n',
    'Connection:close\r\n',
    'Proxy-Connection: close\r\n',
    'Upgrade: t\r\n',
    'X: y\r\n',
  );
  const change = fc.record({ at: fc.nat(PLAIN.length), cut: fc.nat(3), piece });
  let plain = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 3 }), async changes => {
      const text = changes.reduce(
        (all, { at, cut, piece: put }) => all.slice(0, at) + put + all.slice(at + cut),
        PLAIN,
      );
      const request = read(text);
      if (!request) return;
      plain += 1;
      const [first, second] = await requestsIn(Buffer.from(text + next, 'latin1'));
      expect([first, second]).toEqual([
        { ...request, body: text.slice(text.indexOf('\r\n\r\n') + 4) },
        { method: 'GET', url: '/next', body: '' },
      ]);
    }),
    { numRuns: 3_000 },
  );
  expect(plain).toBeGreaterThan(30);
});
