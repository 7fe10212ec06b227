import type { Snapshot } from '../api/schemas.ts';

/** `live`: events stream in. `polling`: they don't, and the newest snapshot is asked for. `reconnecting`: neither works. */
export type Connection = 'connecting' | 'live' | 'polling' | 'reconnecting';

/** What one ingestion instance has taken; `gained` votes came with the snapshot received at `gainedAt`. */
export type Intake = {
  readonly instance: string;
  readonly votes: number;
  readonly gained: number;
  /** Milliseconds of the caller's clock; `null` while nothing has come since the page opened. */
  readonly gainedAt: number | null;
};

/** How many votes were counted when, to tell the pace. `at` in milliseconds of the caller's clock. */
export type Mark = { readonly at: number; readonly counted: number };

export type ResultsState = {
  readonly snapshot: Snapshot | null;
  readonly intake: readonly Intake[];
  readonly marks: readonly Mark[];
  readonly connection: Connection;
  /** `unknown`: there are no results of this election. */
  readonly problem: 'unknown' | null;
};

export type ResultsEvent =
  | { readonly type: 'snapshot'; readonly snapshot: Snapshot; readonly at: number }
  | { readonly type: 'connection'; readonly connection: Connection }
  | { readonly type: 'unknown' };

export const initialResults: ResultsState = {
  snapshot: null,
  intake: [],
  marks: [],
  connection: 'connecting',
  problem: null,
};

/** Marks older than this say nothing about the pace of now. */
const MARKS_MILLIS = 70_000;
/** The pace is that of so many last milliseconds. */
const PACE_MILLIS = 10_000;
const SERIES_STEP_MILLIS = 3_000;
const SERIES_LENGTH = 20;

export function reduceResults(state: ResultsState, event: ResultsEvent): ResultsState {
  switch (event.type) {
    case 'connection':
      return { ...state, connection: event.connection };
    case 'unknown':
      return { ...state, problem: 'unknown' };
    case 'snapshot':
      return isOlder(event.snapshot, state.snapshot) ? state : withSnapshot(state, event.snapshot, event.at);
  }
}

/** Versions never go back; copies of one version (a closing changes no count) are ordered by when they were read. */
export function isOlder(candidate: Snapshot, shown: Snapshot | null): boolean {
  if (shown === null) return false;
  if (candidate.version !== shown.version) return candidate.version < shown.version;
  return Date.parse(candidate.asOf) < Date.parse(shown.asOf);
}

function withSnapshot(state: ResultsState, snapshot: Snapshot, at: number): ResultsState {
  return {
    ...state,
    snapshot,
    intake: takeIntake(state, snapshot, at),
    marks: [...state.marks.filter(mark => mark.at > at - MARKS_MILLIS), { at, counted: snapshot.counted }],
    problem: null,
  };
}

/** By name, so that an instance keeps its place. In the first snapshot nothing is new: it says what had come before. */
function takeIntake(
  { intake, snapshot: shown }: ResultsState,
  { ingestion }: Snapshot,
  at: number,
): Intake[] {
  const before = new Map(intake.map(row => [row.instance, row]));
  return ingestion
    .map(({ instance, votes }) => {
      const last = before.get(instance);
      const gained = shown === null ? 0 : votes - (last?.votes ?? 0);
      if (gained > 0) return { instance, votes, gained, gainedAt: at };
      return { instance, votes, gained: last?.gained ?? 0, gainedAt: last?.gainedAt ?? null };
    })
    .toSorted((a, b) => a.instance.localeCompare(b.instance, 'en', { numeric: true }));
}

/** Votes counted per second of late, or `null` while too little has been seen to tell. */
export function pacePerSecond(marks: readonly Mark[], now: number): number | null {
  const [first] = marks;
  if (first === undefined || now - first.at < 2_000) return null;
  return paceBetween(marks, Math.max(first.at, now - PACE_MILLIS), now);
}

/**
 * The pace over the last minute, oldest first, one value per 3 s; shorter while less has been seen. The steps lie on a
 * fixed grid of time, so that a drawing of them moves on instead of wobbling.
 */
export function paceSeries(marks: readonly Mark[], now: number): number[] {
  const [first] = marks;
  if (first === undefined) return [];
  const newest = Math.floor(now / SERIES_STEP_MILLIS) * SERIES_STEP_MILLIS;
  const count = Math.max(0, Math.min(SERIES_LENGTH, Math.floor((newest - first.at) / SERIES_STEP_MILLIS)));
  return Array.from({ length: count }, (_, index) => {
    const end = newest - (count - 1 - index) * SERIES_STEP_MILLIS;
    return paceBetween(marks, end - SERIES_STEP_MILLIS, end);
  });
}

function paceBetween(marks: readonly Mark[], start: number, end: number): number {
  return Math.max(0, (countedAt(marks, end) - countedAt(marks, start)) / ((end - start) / 1_000));
}

/** What the newest mark of that time says; before the first mark, what the first says. */
function countedAt(marks: readonly Mark[], at: number): number {
  return (marks.findLast(mark => mark.at <= at) ?? marks[0])?.counted ?? 0;
}
