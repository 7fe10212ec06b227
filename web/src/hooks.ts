import { type RefObject, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import { fetchDocument, type Schema } from './api/fetch.ts';
import { followResults } from './live/follow-results.ts';
import { initialResults, type ResultsState, reduceResults } from './live/results-state.ts';

export type Loaded<T> =
  | { readonly status: 'loading' | 'unknown' | 'unreachable' }
  /** `skewMillis`: how far the services' clock is ahead of this one. */
  | { readonly status: 'ready'; readonly value: T; readonly skewMillis: number };

const RETRY_MILLIS = 3_000;
/** The `Date` header counts whole seconds; less than this is not called a difference. */
const SKEW_MIN_MILLIS = 2_500;

/** Loads a document and refreshes it every `refreshMillis`. What has been loaded stays when a refresh fails. */
export function useDocument<T>(path: string, schema: Schema<T>, refreshMillis: number): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ status: 'loading' });
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const answer = await fetchDocument(path, schema, leaving.signal);
      if (leaving.signal.aborted) return;
      if (answer.ok) setLoaded({ status: 'ready', value: answer.value, skewMillis: skewOf(answer.at) });
      else setLoaded(last => (last.status === 'ready' ? last : { status: answer.reason }));
      timer = setTimeout(() => void load(), answer.ok ? refreshMillis : RETRY_MILLIS);
    };
    void load();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [path, schema, refreshMillis]);
  return loaded;
}

function skewOf(at: number | null): number {
  const skew = at === null ? 0 : at + 500 - Date.now();
  return Math.abs(skew) < SKEW_MIN_MILLIS ? 0 : skew;
}

export function useResults(electionId: string): ResultsState {
  const [state, tell] = useReducer(reduceResults, initialResults);
  useEffect(() => followResults(electionId, tell), [electionId]);
  return state;
}

/** The time, every second: what the page says about ages stays true while nothing else changes. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Copies a text; `copied` says whether that worked, once it was tried. Browsers may refuse, and offer it in secure contexts only. */
export function useCopy(text: string): { copied: boolean | undefined; copy: () => void } {
  const [copied, setCopied] = useState<boolean>();
  const write = async () => navigator.clipboard.writeText(text);
  const copy = () =>
    void write().then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return { copied, copy };
}

/** `value`, but changing at most once per `millis`; the last change is never lost. */
export function useThrottled<T>(value: T, millis: number): T {
  const [shown, setShown] = useState(value);
  const changedAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const show = () => {
      changedAt.current = performance.now();
      setShown(value);
    };
    const timer = setTimeout(show, Math.max(0, changedAt.current + millis - performance.now()));
    return () => clearTimeout(timer);
  }, [value, millis]);
  return shown;
}

const MOVE = { duration: 600, easing: 'cubic-bezier(0.22, 1, 0.36, 1)' } as const;

/**
 * Rows that change places glide there: each child of the list (known by `data-row`) starts where it was seen last, in
 * the middle of an earlier move too. Nothing moves for those who prefer reduced motion.
 */
export function useGliding(listRef: RefObject<HTMLElement | null>, order: string): void {
  const last = useRef({ order, tops: new Map<string, number>() });
  // After every rendering: what is measured must be where the rows were, whatever else moved them.
  useLayoutEffect(() => {
    const list = listRef.current;
    if (list === null) return;
    const rows = [...list.children].filter(row => row instanceof HTMLElement);
    const tops = new Map(rows.map(row => [row.dataset.row ?? '', row.offsetTop - list.offsetTop]));
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (order !== last.current.order && !still)
      for (const row of rows) glide(row, list, tops, last.current.tops);
    last.current = { order, tops };
  });
}

type Tops = ReadonlyMap<string, number>;

function glide(row: HTMLElement, list: HTMLElement, tops: Tops, lastTops: Tops): void {
  const { row: id = '' } = row.dataset;
  const top = tops.get(id) ?? 0;
  const lastTop = lastTops.get(id) ?? top;
  if (lastTop === top) return;
  // How far an earlier move, still under way, holds the row from its place.
  const held = row.getBoundingClientRect().top - list.getBoundingClientRect().top - top;
  row.animate({ transform: [`translateY(${lastTop + held - top}px)`, 'translateY(0)'] }, MOVE);
}
