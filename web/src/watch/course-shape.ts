import { scaleLinear } from '@visx/scale';

/** How many votes were counted at an instant, milliseconds since 1970. */
export type Mark = { readonly at: number; readonly counted: number };

/** The drawing's own units: it is stretched to its place, and its lines keep their width. */
export const WIDTH = 1_000;
export const HEIGHT = 300;

type Scale = ReturnType<typeof scaleLinear<number>>;

export type CourseShape = {
  /** From an instant, and from a count, to its place in the drawing. */
  readonly x: Scale;
  readonly y: Scale;
  /** Round counts on the axis, from 0 up; the last is the top of the drawing. */
  readonly counts: readonly number[];
  /** Instants on the axis, from the first to the last. */
  readonly instants: readonly number[];
};

/** A wish: what is round may take up to five. */
const STEPS = 3;
/** Evenly apart: what a scale of time holds to be round is so in the reader's zone, not in the election's. */
const INSTANTS = [0, 1 / 3, 2 / 3, 1].map(share => share * WIDTH);

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
  const x = scaleLinear<number>({ domain: [first.at, last.at], range: [0, WIDTH] });
  const y = scaleLinear<number>({ domain: [0, Math.max(1, last.counted)], nice: STEPS, range: [HEIGHT, 0] });
  // There is no half of a vote.
  const counts = y.ticks(STEPS).filter(Number.isInteger);
  return { x, y, counts, instants: INSTANTS.map(place => x.invert(place)) };
}

/** So many of the marks, evenly, with the first and the last. */
export function pickMarks(marks: readonly Mark[], count: number): Mark[] {
  if (marks.length <= count) return [...marks];
  const step = (marks.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => marks[Math.round(index * step)]).filter(
    mark => mark !== undefined,
  );
}
