/** How many votes were counted at an instant, milliseconds since 1970. */
export type Mark = { readonly at: number; readonly counted: number };

/** Oldest first; at most `MAX_MARKS`, and none but the last closer than `stepMillis` to the one before. */
export type Marks = { readonly stepMillis: number; readonly marks: readonly Mark[] };

export const MAX_MARKS = 240;
const FIRST_STEP_MILLIS = 2_000;

export const noMarks: Marks = { stepMillis: FIRST_STEP_MILLIS, marks: [] };

/** A mark that is not after the last changes nothing. */
export function addMark({ stepMillis, marks }: Marks, mark: Mark): Marks {
  const [before, last] = [marks.at(-2), marks.at(-1)];
  if (last !== undefined && mark.at <= last.at) return { stepMillis, marks };
  // Where nothing was counted two marks tell as much as many.
  const isFlat = last?.counted === mark.counted && before?.counted === mark.counted;
  const isClose = last !== undefined && before !== undefined && last.at - before.at < stepMillis;
  const kept = isFlat || isClose ? marks.slice(0, -1) : marks;
  return thin({ stepMillis, marks: [...kept, mark] });
}

/** What was remembered before `own` began, then `own`. */
export function joinMarks(earlier: Marks, own: Marks): Marks {
  const begins = own.marks[0]?.at ?? Number.POSITIVE_INFINITY;
  const marks = [...earlier.marks.filter(({ at }) => at < begins), ...own.marks];
  return thin({ stepMillis: Math.max(earlier.stepMillis, own.stepMillis), marks });
}

/** Every second mark goes when there are too many, but never the first or the last. */
function thin({ stepMillis, marks }: Marks): Marks {
  if (marks.length <= MAX_MARKS) return { stepMillis, marks };
  const last = marks.length - 1;
  const kept = marks.filter((_, index) => index % 2 === 0 || index === last);
  return thin({ stepMillis: stepMillis * 2, marks: kept });
}
