import { afterAll, describe, expect, test } from '@jest/globals';
import { testServers } from '@suffrage/test/servers';
import { Redis } from 'ioredis';
import { PERIOD_MILLIS, type TakeAll, takeInMemory } from './gcra.ts';
import { takeInRedis } from './gcra-redis.ts';

const redis = new Redis(testServers().redisUrl);
afterAll(() => redis.disconnect());

const stores: Readonly<Record<string, () => TakeAll>> = {
  memory: () => takeInMemory(new Map()),
  redis: () => takeInRedis(redis),
};
const NOW = Date.now();
let named = 0;
/** Nobody has taken from it. */
const newKey = () => `suffrage-limits:test:${NOW}:${(named += 1)}`;

describe.each(Object.keys(stores))('limits in %s', name => {
  const takeAll = stores[name]?.() ?? takeInMemory(new Map());
  const takeOne = async (key: string, quota: number, now: number) =>
    (await takeAll([[{ key, quota }]], now))[0];

  test.each([1, 7, 60, 600, 600_000])('a quota of %d comes at once, and not one more', async quota => {
    const key = newKey();
    const most = Math.min(quota, 500);
    const group = [{ key, quota }];
    const taken = await takeAll(
      Array.from({ length: most }, () => group),
      NOW,
    );
    expect(taken.map(({ isOver }) => isOver)).toEqual(taken.map(() => false));
    expect(taken.at(-1)?.left).toBe(quota - most);
    if (most < quota) return;
    const over = await takeOne(key, quota, NOW);
    expect(over).toMatchObject({ isOver: true, place: 0, left: 0, fullMillis: PERIOD_MILLIS });
    expect(over?.nextMillis).toBeCloseTo(PERIOD_MILLIS / quota, -1);
  });

  test('what was used up comes back evenly, not all at the turn of a minute', async () => {
    const key = newKey();
    const at = async (seconds: number) => (await takeOne(key, 6, NOW + seconds * 1000))?.isOver;
    for (let request = 0; request < 6; request += 1) expect(await at(0)).toBe(false);
    expect(await at(9)).toBe(true);
    expect(await at(10)).toBe(false);
    expect(await at(10)).toBe(true);
    // Two fixed windows of a minute would let six more through here.
    const later = [];
    for (let request = 0; request < 6; request += 1) later.push(await at(60));
    expect(later).toEqual([false, false, false, false, false, true]);
  });

  test('a refused request costs nothing: neither its own limit nor the others beside it', async () => {
    const [narrow, wide] = [newKey(), newKey()];
    const group = [
      { key: wide, quota: 10 },
      { key: narrow, quota: 1 },
    ];
    const taken = await takeAll([group, group, group], NOW);
    expect(taken.map(({ isOver, place }) => [isOver, place])).toEqual([
      [false, 1],
      [true, 1],
      [true, 1],
    ]);
    expect(await takeOne(wide, 10, NOW)).toMatchObject({ isOver: false, left: 8 });
    expect(await takeOne(narrow, 1, NOW + PERIOD_MILLIS)).toMatchObject({ isOver: false });
  });

  test('the nearest of several limits is told', async () => {
    const [near, far] = [newKey(), newKey()];
    const [taken] = await takeAll(
      [
        [
          { key: far, quota: 100 },
          { key: near, quota: 3 },
        ],
      ],
      NOW,
    );
    expect(taken).toMatchObject({ isOver: false, place: 1, left: 2, fullMillis: 20_000 });
  });
});

test('processes that take at the same moment share one quota, and its key does not outlive it', async () => {
  const others = [new Redis(testServers().redisUrl), new Redis(testServers().redisUrl)];
  const key = newKey();
  const taken = await Promise.all(
    others
      .map(takeInRedis)
      .flatMap(takeAll => Array.from({ length: 20 }, () => takeAll([[{ key, quota: 10 }]], NOW))),
  );
  expect(taken.filter(([one]) => one?.isOver === false)).toHaveLength(10);
  const left = await redis.pttl(key);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(PERIOD_MILLIS);
  for (const other of others) other.disconnect();
});
