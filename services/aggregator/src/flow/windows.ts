/** Votes of one election that each ingestion process had appended to each partition, at an instant. */
export type IntakeReading = {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly intake: readonly Appended[];
};
export type Appended = { readonly instance: string; readonly partition: number; readonly votes: number };

export type Window = { readonly from: number; readonly to: number; readonly flows: readonly Appended[] };

/** Fewer votes than this don't make a window: it grows until it has as many. */
export const MIN_VOTES = 20;
export const MIN_WINDOW_MILLIS = 10_000;
/** Nobody learns of a window before it is this old. */
export const DELAY_MILLIS = 10_000;

/** What is remembered of an election: where the open window began, and the windows that are closed, oldest first. */
export type Windows = { readonly begun: IntakeReading | null; readonly closed: readonly Window[] };

export const noWindows: Windows = { begun: null, closed: [] };

/** Closes the open window if it is long enough and has votes enough; the next begins where it ended. */
export function readOn({ begun, closed }: Windows, reading: IntakeReading): Windows {
  if (begun === null) return { begun: reading, closed };
  const flows = gained(begun.intake, reading.intake);
  const votes = flows.reduce((sum, flow) => sum + flow.votes, 0);
  if (votes < MIN_VOTES || reading.at - begun.at < MIN_WINDOW_MILLIS) return { begun, closed };
  return { begun: reading, closed: [...closed, { from: begun.at, to: reading.at, flows }] };
}

/** The newest window that is old enough to be shown, and what is left without those before it. */
export function shownAt(
  { begun, closed }: Windows,
  now: number,
): { readonly shown: Window | null; readonly rest: Windows } {
  const shown = closed.findLast(({ to }) => to <= now - DELAY_MILLIS) ?? null;
  return { shown, rest: { begun, closed: shown ? closed.slice(closed.indexOf(shown)) : closed } };
}

/** A database that was restored to an earlier state has less than before: that is no gain. */
function gained(before: readonly Appended[], after: readonly Appended[]): Appended[] {
  const keyOf = ({ instance, partition }: Appended) => `${partition} ${instance}`;
  const had = new Map(before.map(row => [keyOf(row), row.votes]));
  return after
    .map(row => ({ ...row, votes: row.votes - (had.get(keyOf(row)) ?? 0) }))
    .filter(({ votes }) => votes > 0);
}
