import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';

const LEAVE_MILLIS = 1_500;

/** A service that says its port when it serves. */
const SCRIPT = `
  import { createHealth } from '${import.meta.dirname}/health.ts';
  import { closeHttpServer, createHttpServer } from '${import.meta.dirname}/http/server.ts';
  import { runService } from '${import.meta.dirname}/lifecycle.ts';
  import { createLog } from '${import.meta.dirname}/log.ts';
  import { createMetrics } from '${import.meta.dirname}/metrics.ts';
  const log = createLog('test', 'test-0', 'silent');
  runService(log, ${LEAVE_MILLIS}, async lifecycle => {
    const health = createHealth('test', 'test-0', {});
    lifecycle.onLeave(health.leave);
    const server = await createHttpServer({ title: 'test', log, health, metrics: createMetrics('test'), bodyLimit: 1000 });
    console.log(await server.listen({ host: '127.0.0.1', port: 0 }));
    lifecycle.onClose('http server', () => closeHttpServer(server));
  });`;

test('asked to end, a service says that it is not ready, serves on, sends its callers away, and ends', async () => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', SCRIPT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  try {
    const [url] = await once(createInterface(child.stdout), 'line');
    const before = await fetch(`${url}/health/ready`);
    expect([before.status, before.headers.get('connection')]).toEqual([200, 'keep-alive']);
    child.kill('SIGTERM');
    let ready = before;
    while (ready.status === 200) ready = await fetch(`${url}/health/ready`);
    expect([ready.status, ready.headers.get('connection')]).toEqual([503, 'close']);
    const live = await fetch(`${url}/health/live`);
    expect([live.status, live.headers.get('connection')]).toEqual([200, 'close']);
    expect(await ended).toEqual([0, null]);
    await expect(fetch(`${url}/health/live`)).rejects.toThrow('fetch failed');
  } finally {
    child.kill('SIGKILL');
  }
});
