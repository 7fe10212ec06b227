import type { Redis } from 'ioredis';
import { EPOCH_MILLIS, PERIOD_MILLIS, SLACK_MILLIS, type Taken, type TakeAll } from './gcra.ts';

/**
 * The same in Redis: one script decides on all groups, so nothing comes between, and several processes share a quota. Each
 * key holds its time as a decimal number, and is gone once that has passed.
 *
 * KEYS: of all groups in turn. ARGV: now, period, slack; then of each group how many keys it has, and their quotas.
 * Answers five integers for each group: whether it is over, place, left, millis until full, millis until the next.
 */
const SCRIPT = `
local now, period, slack = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local known, changed, answers = {}, {}, {}
local arg, first = 4, 1
while arg <= #ARGV do
  local count = tonumber(ARGV[arg])
  local moved = {}
  local over, nearest, least, full, wait = 0, 0, nil, 0, 0
  for place = 0, count - 1 do
    local key = KEYS[first + place]
    local interval = period / tonumber(ARGV[arg + 1 + place])
    local before = math.max(known[key] or tonumber(redis.call('get', key) or now), now)
    known[key] = before
    local ahead = before + interval - now
    if ahead > period + slack then
      over, ahead = 1, before - now
    end
    local left = math.max(0, math.floor((period + slack - ahead) / interval))
    if over == 1 or least == nil or left < least then
      nearest, least, full, wait = place, left, ahead, math.max(0, ahead + interval - period)
    end
    if over == 1 then break end
    moved[key] = before + interval
  end
  if over == 0 then
    for key, time in pairs(moved) do
      known[key] = time
      changed[key] = time
    end
  end
  for _, value in ipairs({ over, nearest, least or 0, math.ceil(full), math.ceil(wait) }) do
    answers[#answers + 1] = value
  end
  arg = arg + 1 + count
  first = first + count
end
for key, time in pairs(changed) do
  redis.call('set', key, string.format('%.17g', time), 'px', math.ceil(time - now))
end
return answers
`;

const INTEGERS = 5;

declare module 'ioredis' {
  interface RedisCommander {
    suffrageTake(keyCount: number, ...keysAndArguments: (string | number)[]): Promise<number[]>;
  }
}

/** @throws Error when Redis does not answer. */
export function takeInRedis(redis: Redis): TakeAll {
  redis.defineCommand('suffrageTake', { lua: SCRIPT });
  return async (groups, now) => {
    const keys = groups.flatMap(group => group.map(({ key }) => key));
    const quotas = groups.flatMap(group => [group.length, ...group.map(({ quota }) => quota)]);
    const answers = await redis.suffrageTake(
      keys.length,
      ...keys,
      now - EPOCH_MILLIS,
      PERIOD_MILLIS,
      SLACK_MILLIS,
      ...quotas,
    );
    return groups.map((_, group) => readTaken(answers, group * INTEGERS));
  };
}

function readTaken(answers: readonly number[], from: number): Taken {
  const [over, place, left, fullMillis, nextMillis] = answers.slice(from, from + INTEGERS);
  if (
    over === undefined ||
    place === undefined ||
    left === undefined ||
    fullMillis === undefined ||
    nextMillis === undefined
  )
    throw new Error('the script of the limits answered too little');
  return { isOver: over === 1, place, left, fullMillis, nextMillis };
}
