/**
 * The generic cell rate algorithm (ITU-T I.371 annex A): each request that is let through moves the time of the next one
 * that would arrive evenly on by a quota's share of a minute, and none is let through that would move it more than a
 * minute ahead. So at most a quota comes at once, and in the long run a quota a minute, wherever a minute begins. All that is kept of
 * a name is that one time, for as long as it lies ahead.
 */
export type Take = {
  /** Where it is counted. */
  readonly key: string;
  /** Requests within a minute. */
  readonly quota: number;
};
/** What became of takes that belong together: all of them were let through, or none was counted. */
export type Taken = {
  readonly isOver: boolean;
  /** Place of the take that is over, or else of the one that is nearest to it. */
  readonly place: number;
  readonly left: number;
  /** Until all of the quota is there again. */
  readonly fullMillis: number;
  /** Until one more would be let through. */
  readonly nextMillis: number;
};
/** Decides on groups of takes, one after the other. */
export type TakeAll = (groups: readonly (readonly Take[])[], now: number) => Promise<Taken[]>;

export const PERIOD_MILLIS = 60_000;
/** Rounding of times must not cost a request of a full quota. */
export const SLACK_MILLIS = 0.01;
/** Times are counted from here, so that fractions of a millisecond fit a double beside them: 2026-01-01. */
export const EPOCH_MILLIS = 1_767_225_600_000;

/** Keeps the times in a map of this process. */
export function takeInMemory(times: {
  get(key: string): number | undefined;
  set(key: string, time: number): unknown;
}): TakeAll {
  const take = (group: readonly Take[], now: number): Taken => {
    let nearest: Taken | undefined;
    const moved: number[] = [];
    for (const [place, { key, quota }] of group.entries()) {
      const interval = PERIOD_MILLIS / quota;
      const before = Math.max(times.get(key) ?? now, now);
      const next = before + interval;
      const isOver = next - now > PERIOD_MILLIS + SLACK_MILLIS;
      const ahead = (isOver ? before : next) - now;
      const left = Math.max(0, Math.floor((PERIOD_MILLIS + SLACK_MILLIS - ahead) / interval));
      const nextMillis = Math.ceil(Math.max(0, ahead + interval - PERIOD_MILLIS));
      const taken = { isOver, place, left, fullMillis: Math.ceil(ahead), nextMillis };
      if (isOver) return taken;
      moved.push(next);
      if (!nearest || left < nearest.left) nearest = taken;
    }
    for (const [place, { key }] of group.entries()) times.set(key, moved[place] ?? now);
    return nearest ?? { isOver: false, place: 0, left: 0, fullMillis: 0, nextMillis: 0 };
  };
  return async (groups, now) => groups.map(group => take(group, now - EPOCH_MILLIS));
}
