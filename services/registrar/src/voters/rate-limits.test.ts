import { expect, test } from '@jest/globals';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { createMinuteCounts } from './minute-counts.ts';
import { createRateLimits } from './rate-limits.ts';

test('without its Redis nothing is limited, and no metric moves when a voter asks', async () => {
  const log = createLog('test', 'test', 'silent');
  const lifecycle = createLifecycle(log);
  const registry = new Registry();
  const counts = createMinuteCounts(registry, log, lifecycle);
  // Nobody listens there.
  const redis = new Redis({
    port: 1,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  const limits = createRateLimits({
    redis,
    quotas: { address: 1, credential: 1, election: 1, sessions: 1, manager: 1, managers: 1 },
    onUnlimited: counts.unlimited,
    clock: Date.now,
  });
  for (let request = 0; request < 3; request += 1)
    expect(await limits.take({ address: '192.0.2.1' })).toEqual({ ok: true });
  const metric = () => registry.getSingleMetricAsString('suffrage_rate_limits_failed_open_total');
  expect(await metric()).toMatch(/total 0$/m);
  await lifecycle.close();
  expect(await metric()).toMatch(/total 3$/m);
  redis.disconnect();
});
