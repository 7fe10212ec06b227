import { identityKey } from '@suffrage/processor/decide';
import type { Hints } from '@suffrage/processor/hints';
import type { Machine } from '../machine.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Weather } from '../weather.ts';

/** A Redis that forgets, lies and goes away. */
export type FakeRedis = {
  connect(machine: Machine): Hints;
  stop(millis: number): void;
  flush(): void;
  /** Forgets some of the markers. */
  evict(): void;
  /** Marks a vote that was not counted, as `identityKey` names it. */
  plant(identity: string): void;
};

export function createFakeRedis(scheduler: Scheduler, random: Random, weather: Weather): FakeRedis {
  const markers = new Set<string>();
  let downUntil = 0;
  const isUp = () => scheduler.now() >= downUntil;
  const hop = () => scheduler.sleep(random.between(0, 1));
  const lies = () => random.chance(weather.hintWrong);

  return {
    connect: machine => ({
      lookUp: async votes => {
        await machine.receive(hop());
        return votes.map(vote => isUp() && markers.has(identityKey(vote)) !== lies());
      },
      mark: async votes => {
        await machine.receive(hop());
        if (isUp()) for (const vote of votes) markers.add(identityKey(vote));
      },
      announce: () => machine.receive(hop()),
    }),
    stop: millis => {
      downUntil = Math.max(downUntil, scheduler.now() + millis);
    },
    flush: () => markers.clear(),
    evict: () => {
      for (const marker of markers) if (random.chance(0.5)) markers.delete(marker);
    },
    plant: identity => void markers.add(identity),
  };
}
