import { setTimeout as sleep } from 'node:timers/promises';
import { createHints } from '@suffrage/processor/hints';
import { redisNames } from '@suffrage/contracts/topics';
import { Redis } from 'ioredis';
import { createBallots } from '../ballots.ts';
import type { FaultCase, Stage } from '../fault-case.ts';
import { castJournalled } from '../load.ts';
import type { World } from '../world.ts';

async function withRedis<T>({ infrastructure }: World, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(infrastructure.redis.url);
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

const LIES = 300;

/** Marks votes as counted that nobody has cast yet, and then casts them: each must count all the same. */
async function lie({ world, elections, journal, random, happened }: Stage): Promise<void> {
  const ballots = createBallots(elections, random);
  const planned = Array.from({ length: LIES }, () => ballots.next());
  const { hint, progress } = redisNames('');
  await withRedis(world, async redis => {
    await redis.ping();
    const hints = createHints(redis, { prefix: hint, channel: progress, seconds: 600 });
    const marks = planned.map(({ vote, token }) => ({
      electionId: vote.election.definition.id,
      voteId: vote.voteId,
      ballotKey: token.voterReference.reveal().length > 0 ? token.voterReference.reveal() : vote.voteId,
      revision: token.revision,
    }));
    await hints.mark(marks);
    happened('false marker', (await hints.lookUp(marks)).filter(Boolean).length);
  });
  const casts = planned.map((ballot, place) => {
    const transport = world.transports[place % world.transports.length];
    if (!transport) throw new Error('there is no ingestion process');
    return castJournalled(ballot, transport, journal, () => undefined);
  });
  await Promise.all(casts);
}

export const redisCases: readonly FaultCase[] = [
  {
    name: 'redis-lying',
    what: 'Redis says of votes that were never counted that they were.',
    fast: true,
    run: lie,
  },
  {
    name: 'redis-stopped',
    what: 'Redis is not there at all.',
    run: async stage => {
      await stage.kill(stage.world.infrastructure.redis.part);
      await sleep(12_000);
    },
  },
  {
    name: 'redis-killed',
    what: 'Redis is killed every 2 s and forgets everything.',
    run: async stage => {
      const { part } = stage.world.infrastructure.redis;
      for (let time = 0; time < 5; time += 1) {
        await stage.kill(part);
        await part.start();
        await sleep(2_000);
      }
    },
  },
  {
    name: 'redis-flushed',
    what: 'FLUSHALL every half second.',
    run: stage =>
      withRedis(stage.world, async redis => {
        for (let time = 0; time < 20; time += 1) {
          await redis.flushall();
          stage.happened('flush');
          await sleep(500);
        }
      }),
  },
  {
    name: 'redis-evicting',
    what: 'Redis has memory for a fraction of its markers and drops them.',
    run: stage =>
      withRedis(stage.world, async redis => {
        const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
        await redis.config('SET', 'maxmemory', String(used + 100_000));
        await sleep(10_000);
        const evicted = Number(/evicted_keys:(\d+)/.exec(await redis.info('stats'))?.[1]);
        stage.happened('marker evicted', evicted);
        await redis.config('SET', 'maxmemory', '256mb');
      }),
  },
];
