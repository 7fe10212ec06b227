import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { createHealth } from '../health.ts';
import { createLifecycle } from '../lifecycle.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import { serveMetrics } from './metrics-server.ts';
import { isLocal } from './profile.ts';

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

/** A service of its own: the heap of the process that runs the tests is too large to be written for one of them. */
const PROCESS = `
  import { createHealth } from '${import.meta.resolve('../health.ts')}';
  import { createLifecycle } from '${import.meta.resolve('../lifecycle.ts')}';
  import { createLog } from '${import.meta.resolve('../log.ts')}';
  import { createMetrics } from '${import.meta.resolve('../metrics.ts')}';
  import { serveMetrics } from '${import.meta.resolve('./metrics-server.ts')}';
  const lifecycle = createLifecycle(createLog('test', 'test-0', 'silent'));
  const health = createHealth('test', 'test-0', {});
  process.send(await serveMetrics({ host: '127.0.0.1', port: 0, health, metrics: createMetrics('test') }, lifecycle));
`;

test('a profile and a heap snapshot are given to a caller on this machine, one at a time, and only on POST', async () => {
  const service = spawn(process.execPath, ['--input-type=module', '--eval', PROCESS], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [port] = await once(service, 'message');
  const ask = (path: string, method = 'POST') =>
    fetch(`http://127.0.0.1:${port}/profile/${path}`, { method });
  expect((await ask('cpu', 'GET')).status).toBe(405);
  const profiling = ask('cpu?seconds=1');
  expect((await ask('heap')).status).toBe(409);
  const profile = await (await profiling).json();
  expect(profile).toMatchObject({ nodes: expect.any(Array), samples: expect.any(Array) });
  const heap = await ask('heap');
  const first = await heap.body?.getReader().read();
  expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^\{"snapshot":\{"meta"/);
  service.kill();
}, 60_000);

test('nobody outside the machine is given a profile', () => {
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].map(isLocal)).toEqual([true, true, true]);
  expect(['10.0.0.9', '::ffff:10.0.0.9', '128.0.0.1', 'fe80::1', undefined].some(isLocal)).toBe(false);
});
