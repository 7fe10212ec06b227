import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { openBatchFetcher } from './fetch-batches.ts';

test('a fetch that is left behind at the end opens no connection that stays', async () => {
  const sockets: Socket[] = [];
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has a port');
  const fetcher = openBatchFetcher({
    listApis: () => Promise.resolve([{ apiKey: 1, maxVersion: 17 }]),
    metadata: () =>
      Promise.resolve({
        topics: new Map([
          ['votes', { id: '00000000-0000-0000-0000-000000000001', partitions: [{ leader: 1 }] }],
        ]),
        brokers: new Map([[1, { host: '127.0.0.1', port: address.port }]]),
      }),
  });
  const fetches = [0, 1].map(from => fetcher.fetch('votes', 0, from));
  const settled = Promise.allSettled(fetches);
  await once(server, 'connection');
  fetcher.close();
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  for (const socket of sockets) if (!socket.destroyed) await once(socket.resume(), 'close');
  server.close();
  await once(server, 'close');
});
