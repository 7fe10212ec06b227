import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { runScript } from './run-script.ts';

const open: Server[] = [];
afterAll(() => {
  for (const server of open) server.close();
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address: string | AddressInfo | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Metrics as prom-client writes them with a default label. */
const heldBy = (held: () => number) =>
  createServer((_request, response) =>
    response.end(
      `# TYPE suffrage_ingestion_local_queue_held_votes gauge\nsuffrage_ingestion_local_queue_held_votes{service="ingestion"} ${held()}\n`,
    ),
  );

test('a pod that is to stop waits until its volume holds no votes', async () => {
  const left = [3, 2, 1];
  const port = await listen(heldBy(() => left.shift() ?? 0));
  const environment = { METRICS_ADDRESS: `http://127.0.0.1:${port}/metrics` };
  const { status, output } = await runScript('wait-for-empty-queue.mjs', ['600'], environment);
  expect({ status, output, left }).toEqual({ status: 0, output: 'no votes are held\n', left: [] });
});

test('it says so when votes are still held at the end of its time, or nobody knows', async () => {
  const port = await listen(heldBy(() => 7));
  const environment = { METRICS_ADDRESS: `http://127.0.0.1:${port}/metrics` };
  expect(await runScript('wait-for-empty-queue.mjs', ['1'], environment)).toEqual({
    status: 1,
    output: 'votes are still held on this volume: 7\n',
  });
  const nobody = { METRICS_ADDRESS: 'http://127.0.0.1:1/metrics' };
  expect(await runScript('wait-for-empty-queue.mjs', ['1'], nobody)).toMatchObject({ status: 1 });
});
