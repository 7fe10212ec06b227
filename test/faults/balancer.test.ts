import { Agent, createServer, get, type Server } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from '@jest/globals';
import { until } from '@suffrage/test/poll';
import { type Balancer, startBalancer } from './balancer.ts';

const closings: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

/** A server that answers with its name and is as ready as told. */
async function member(name: string) {
  const state = { ready: true };
  const server: Server = createServer((request, response) => {
    response.statusCode = request.url === '/ready' && !state.ready ? 503 : 200;
    response.end(name);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closings.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { state, server, port, readyUrl: `http://127.0.0.1:${port}/ready` };
}

async function opened(): Promise<Balancer> {
  const balancer = await startBalancer();
  closings.push(() => balancer.close());
  return balancer;
}

/** Who answers; on a connection of its own unless an agent keeps one. */
async function ask({ port }: Balancer, agent: Agent | false = false): Promise<string> {
  const request = get({ host: '127.0.0.1', port, agent });
  const [response] = await once(request, 'response');
  return text(response);
}

test('connections go in turn to members that are ready, and to no other', async () => {
  const balancer = await opened();
  const [first, second] = [await member('first'), await member('second')];
  balancer.add(first);
  balancer.add(second);
  const both = async () => new Set([await ask(balancer), await ask(balancer)]).size === 2;
  await balancer.untilReady();
  await until('both answer', both);
  first.state.ready = false;
  const onlySecond = async () => new Set([await ask(balancer), await ask(balancer)]);
  await until('the first is left out', async () => (await onlySecond()).size === 1);
  expect(await onlySecond()).toEqual(new Set(['second']));
  expect(balancer.unserved()).toBe(0);
});

test('an open connection stays with its member, and ends when that ends it', async () => {
  const balancer = await opened();
  const [first, second] = [await member('first'), await member('second')];
  balancer.add(first);
  await balancer.untilReady();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closings.push(() => agent.destroy());
  expect(await ask(balancer, agent)).toBe('first');
  balancer.add(second);
  first.state.ready = false;
  await until('new connections go to the second', async () => (await ask(balancer)) === 'second');
  expect(await ask(balancer, agent)).toBe('first');
  first.server.closeAllConnections();
  await until('its caller has to connect again', async () => (await ask(balancer, agent)) === 'second');
});

test('a connection that nobody is ready for is ended and told of', async () => {
  const balancer = await opened();
  await expect(ask(balancer)).rejects.toThrow('socket hang up');
  expect(balancer.unserved()).toBe(1);
});

test('looking at a member again and again takes one connection', async () => {
  const balancer = await opened();
  const first = await member('first');
  let connections = 0;
  first.server.on('connection', () => {
    connections += 1;
  });
  let looks = 0;
  first.server.on('request', () => {
    looks += 1;
  });
  balancer.add(first);
  await until('it was looked at five times', () => looks >= 5);
  expect(connections).toBe(1);
});
