import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { connectRedis } from '@suffrage/runtime/redis';
import { until } from '@suffrage/test/poll';
import { quietLog } from '@suffrage/test/quiet-log';
import { testServers } from '@suffrage/test/servers';

const REGION = join(import.meta.dirname, '../../infra/opentofu/modules/region/main.tf');
const lifecycle = createLifecycle(quietLog());
const { redisUrl } = testServers();
const connect = (url: string) => {
  const redis = connectRedis('test', { url }, quietLog(), lifecycle);
  return { redis, ready: () => until('redis answers', () => Promise.resolve(redis.status === 'ready')) };
};
const administrator = connect(redisUrl);
const asService = new URL(redisUrl);
[asService.username, asService.password] = ['caches-test', 'password'];
const service = connect(asService.href);
const subscriber = connect(asService.href);

beforeAll(async () => {
  const [, access] = /cache_access = "(.+)"/.exec(readFileSync(REGION, 'utf8')) ?? [];
  await administrator.ready();
  await administrator.redis.call('acl', 'setuser', 'caches-test', '>password', ...(access ?? '').split(' '));
  await Promise.all([service.ready(), subscriber.ready()]);
});
afterAll(async () => {
  await administrator.redis.call('acl', 'deluser', 'caches-test');
  await lifecycle.close();
});

test('the user of the caches may do what services do: scripts over many keys, hints, the relay', async () => {
  const both = `for _, key in ipairs(KEYS) do redis.call('set', key, ARGV[1], 'ex', 9) end return redis.call('get', KEYS[2])`;
  expect(await service.redis.eval(both, 2, 'caches-test:a', 'caches-test:b', 'kept')).toBe('kept');
  expect(await service.redis.mget('caches-test:a', 'caches-test:b')).toEqual(['kept', 'kept']);
  await subscriber.redis.psubscribe('caches-test*');
  await subscriber.redis.subscribe('caches-test');
  expect(await service.redis.publish('caches-test', 'news')).toBe(2);
  // Without it the client takes a server that still loads for one that answers.
  expect(await service.redis.info('persistence')).toContain('loading:0');
});

test.each([['flushall'], ['keys', '*'], ['config', 'get', '*'], ['acl', 'list']])(
  'and may not: %s',
  async (command, ...rest) => {
    await expect(service.redis.call(command, ...rest)).rejects.toThrow('NOPERM');
  },
);
