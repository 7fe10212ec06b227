import { randomBytes } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import { encodeProgressNotice, type ProgressNotice } from '@suffrage/contracts/progress-notice';
import { redisNames } from '@suffrage/contracts/topics';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { connectRedis } from '@suffrage/runtime/redis';
import { until } from '@suffrage/test/poll';
import { testServers } from '@suffrage/test/servers';
import { startTcpProxy } from '@suffrage/test/tcp-proxy';
import { Redis } from 'ioredis';
import { listenToRelay } from './relay.ts';

const log = createLog('aggregator', 'test', 'silent');
const lifecycle = createLifecycle(log);
afterAll(() => lifecycle.close());

/** A relay that reaches the real Redis through a proxy, which holds back what Redis says while `isMute` is true. */
async function relayThroughProxy() {
  const { redisUrl } = testServers();
  const names = redisNames(`t${randomBytes(5).toString('hex')}`);
  const line = { isMute: false, asked: 0 };
  const held: Buffer[] = [];
  const proxy = await startTcpProxy({ listen: 0, target: Number(new URL(redisUrl).port) }, () => ({
    toServer: piece => {
      if (piece.includes('subscribe')) line.asked += 1;
      return { pass: piece };
    },
    toClient: piece => {
      held.push(piece);
      // What comes before it asks is what makes the connection ready.
      const pass = line.isMute && line.asked > 0 ? [] : held.splice(0);
      return { pass: Buffer.concat(pass) };
    },
  }));
  lifecycle.onClose('proxy', proxy.close);
  const url = new URL(redisUrl);
  url.port = String(proxy.port);
  const notices: ProgressNotice[] = [];
  listenToRelay({
    redis: connectRedis('relay', { url: url.href }, log, lifecycle),
    names,
    onSnapshot: () => undefined,
    onProgress: notice => void notices.push(notice),
    clock: Date.now,
    log,
  });
  const publisher = new Redis(redisUrl);
  lifecycle.onClose('publisher', () => publisher.quit());
  let told = 0;
  /** Notices that come while nobody is subscribed are gone, so they are repeated. */
  const hears = async () => {
    const before = told;
    await until('the relay hears a notice', async () => {
      await publisher.publish(names.progress, encodeProgressNotice({ acceptedAt: (told += 1) }));
      return notices.some(({ acceptedAt = 0 }) => acceptedAt > before);
    });
  };
  return { proxy, line, hears };
}

test('the relay hears again after its connection was lost', async () => {
  const { proxy, hears } = await relayThroughProxy();
  await hears();
  expect(proxy.resetAll()).toBe(1);
  await hears();
}, 60_000);

test('the relay subscribes again where Redis takes connections and does not answer in time', async () => {
  const { proxy, line, hears } = await relayThroughProxy();
  await hears();
  Object.assign(line, { isMute: true, asked: 0 });
  proxy.resetAll();
  await until('it has tried twice', () => line.asked >= 2);
  line.isMute = false;
  await hears();
}, 60_000);
