/** How many votes were counted at an instant, milliseconds since 1970. */
export type Mark = { readonly at: number; readonly counted: number };

/** Shares of the drawing's width and height, 0 to 1, from its start and its bottom. */
type Place = { readonly x: number; readonly y: number };

export type CourseShape = {
  readonly places: readonly Place[];
  /** Round counts on the axis, from 0 up; the last is the top of the drawing. */
  readonly counts: readonly number[];
  /** Instants on the axis, with their places. */
  readonly instants: readonly { readonly at: number; readonly x: number }[];
};

const MAX_STEPS = 4;
const INSTANTS = 4;

/** What was remembered, and what was seen since: never back in time or count. */
export function joinCourse(remembered: readonly Mark[], seen: readonly Mark[]): Mark[] {
  const all = [...remembered, ...seen].toSorted((a, b) => a.at - b.at || a.counted - b.counted);
  let most = 0;
  return all.filter(({ counted }) => {
    const isForth = counted >= most;
    most = Math.max(most, counted);
    return isForth;
  });
}

/** `null` while two instants have not been seen. */
export function shapeOf(marks: readonly Mark[]): CourseShape | null {
  const [first] = marks;
  const last = marks.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return null;
  const counts = roundCounts(last.counted);
  const top = counts.at(-1) ?? 1;
  const span = last.at - first.at;
  return {
    places: marks.map(({ at, counted }) => ({ x: (at - first.at) / span, y: counted / top })),
    counts,
    instants: Array.from({ length: INSTANTS }, (_, index) => {
      const x = index / (INSTANTS - 1);
      return { at: first.at + x * span, x };
    }),
  };
}

/** The smallest axis of at most four steps of 1, 2 or 5 times a power of ten. */
function roundCounts(greatest: number): number[] {
  const least = Math.max(1, greatest / MAX_STEPS);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map(times => times * power).find(size => size >= least) ?? 10 * power;
  return Array.from({ length: Math.max(1, Math.ceil(greatest / step)) + 1 }, (_, index) => index * step);
}

/** So many of the marks, evenly, with the first and the last. */
export function pickMarks(marks: readonly Mark[], count: number): Mark[] {
  if (marks.length <= count) return [...marks];
  const step = (marks.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => marks[Math.round(index * step)]).filter(
    mark => mark !== undefined,
  );
}
