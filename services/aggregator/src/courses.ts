import { type Course, courseSchema, type Snapshot } from '@suffrage/contracts/results';
import type { RedisNames } from '@suffrage/contracts/topics';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { repeatEvery } from '@suffrage/runtime/wait';
import type { Redis } from 'ioredis';
import { addMark, joinMarks, type Marks, noMarks } from './course.ts';

const KEEP_MILLIS = 10_000;

/** How many votes of each election were counted when, as this replica has seen, and those before it. */
export type Courses = {
  note(snapshot: Snapshot): void;
  of(electionId: string): Promise<Course>;
};

type Options = {
  readonly redis: Redis;
  readonly names: RedisNames;
  readonly isElected: () => boolean;
  readonly log: Log;
};

/** The elected replica keeps courses in Redis every 10 s, so that one that starts knows more than it has seen itself. */
export function createCourses({ redis, names, isElected, log }: Options, lifecycle: Lifecycle): Courses {
  const own = new Map<string, Marks>();
  /** Asked for once in each election: from then on this replica sees all that others do. */
  const joined = new Set<string>();
  const changed = new Set<string>();

  const join = async (electionId: string) => {
    if (joined.has(electionId) || redis.status !== 'ready') return;
    const text = await redis.get(names.course(electionId));
    joined.add(electionId);
    if (text !== null) own.set(electionId, joinMarks(readMarks(text), own.get(electionId) ?? noMarks));
  };
  const courseOf = (electionId: string): Course => ({
    electionId,
    points: (own.get(electionId) ?? noMarks).marks.map(({ at, counted }) => ({
      at: new Date(at).toISOString(),
      counted,
    })),
  });
  const keep = async (electionId: string) => {
    await join(electionId);
    changed.delete(electionId);
    await redis.set(names.course(electionId), JSON.stringify(courseOf(electionId)));
  };
  const keepChanged = async () => {
    if (!isElected() || redis.status !== 'ready') return;
    const kept = await Promise.allSettled([...changed].map(keep));
    const failed = kept.find(({ status }) => status === 'rejected');
    if (failed) log.warn('the course of an election could not be kept');
  };
  lifecycle.onClose('courses', repeatEvery(KEEP_MILLIS, keepChanged));

  return {
    note({ electionId, asOf, counted, provisional }) {
      // What comes after the final totals is their repetition.
      const last = own.get(electionId)?.marks.at(-1);
      if (!provisional && last?.counted === counted) return;
      own.set(electionId, addMark(own.get(electionId) ?? noMarks, { at: Date.parse(asOf), counted }));
      changed.add(electionId);
    },
    async of(electionId) {
      await join(electionId).catch(() => undefined);
      return courseOf(electionId);
    },
  };
}

function readMarks(text: string): Marks {
  const { data } = courseSchema.safeParse(JSON.parse(text));
  const marks = (data?.points ?? []).map(({ at, counted }) => ({ at: Date.parse(at), counted }));
  return marks.reduce(addMark, noMarks);
}
