import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createHealth } from '../health.ts';
import { createLifecycle } from '../lifecycle.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { serveMetrics } from './metrics-server.ts';

test('an address that is none is not found, and does not end the process', async () => {
  const lifecycle = createLifecycle(createLog('test', 'test-0', 'silent'));
  const health = createHealth('test', 'test-0', {});
  const port = await serveMetrics(
    { host: '127.0.0.1', port: 0, health, metrics: createMetrics('test') },
    lifecycle,
  );
  const ask = async (address: string) => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET ${address} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`);
    return (await text(socket)).split(' ')[1];
  };
  expect([await ask('//'), await ask('http://'), await ask('/metrics')]).toEqual(['404', '404', '200']);
  await lifecycle.close();
});
