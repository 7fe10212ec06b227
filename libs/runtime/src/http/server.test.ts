import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createHealth } from '../health.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { closeHttpServer, createHttpServer } from './server.ts';

test('a request whose first bytes came before the closing is served, and its connection ends', async () => {
  const server = await createHttpServer({
    title: 'test',
    log: createLog('test', 'test-0', 'silent'),
    health: createHealth('test', 'test-0', {}),
    metrics: createMetrics('test'),
    bodyLimit: 1_000,
  });
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const accepted = once(server.server, 'connection');
  const socket = connect(Number(port), '127.0.0.1');
  const [atServer]: Socket[] = await accepted;
  socket.write('GET /health/live HTTP/1.1\r\nHost: test\r\n');
  while (atServer?.bytesRead === 0) await nextTurn();
  const closed = closeHttpServer(server);
  while (server.server.listening) await nextTurn();
  socket.write('\r\n');
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/^connection: close\r$/im);
  await closed;
});
