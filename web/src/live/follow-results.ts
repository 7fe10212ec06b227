import { fetchDocument, paths } from '../api/fetch.ts';
import { type Snapshot, snapshotSchema } from '../api/schemas.ts';
import { isOlder, type ResultsEvent } from './results-state.ts';
import { eventStream, streams } from './streams.ts';

const POLL_MILLIS = 2_000;
/** Snapshots come at least every 5 s; after this silence the stream is suspected to be dead without having ended. */
const SILENCE_MILLIS = 15_000;
/** The newest snapshot comes at once: a stream that brings none is held back on its way. */
const PATIENCE_MILLIS = 6_000;
const RETRY_MIN_MILLIS = 1_000;
const RETRY_MAX_MILLIS = 10_000;
/** A page that nobody looks at stops listening after this time, and goes on when it is looked at again. */
const HIDDEN_MILLIS = 30_000;

/**
 * Tells snapshots and the state of the connection until the returned function is called: by server-sent events, by WebSocket
 * where those don't get through, and by asking every 2 s while neither does. Never throws, never gives up.
 */
export function followResults(electionId: string, tell: (event: ResultsEvent) => void): () => void {
  let stop = listen(electionId, tell);
  let hiding: ReturnType<typeof setTimeout> | undefined;
  const pause = () => {
    hiding = undefined;
    stop();
  };
  const onVisibility = () => {
    if (document.visibilityState === 'hidden') {
      hiding ??= setTimeout(pause, HIDDEN_MILLIS);
    } else if (hiding !== undefined) {
      clearTimeout(hiding);
      hiding = undefined;
    } else {
      stop();
      stop = listen(electionId, tell);
    }
  };
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(hiding);
    stop();
  };
}

function listen(electionId: string, tell: (event: ResultsEvent) => void): () => void {
  const stopping = new AbortController();
  let leave = () => {};
  let streaming = false;
  /** Which way of streaming is tried; the next one after one that has brought nothing. */
  let way = 0;
  let hasBrought = false;
  let openedAt: number | null = null;
  let retryMillis = RETRY_MIN_MILLIS;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let newest: Snapshot | null = null;
  let heardAt = performance.now();
  let asking = false;

  /** Whether this was news. */
  const hear = (snapshot: Snapshot): boolean => {
    const isNews = newest === null || isOlder(newest, snapshot);
    if (isNews) newest = snapshot;
    tell({ type: 'snapshot', snapshot, at: Date.now() });
    return isNews;
  };

  const receive = (data: string) => {
    const snapshot = readSnapshot(data);
    if (snapshot === null) return;
    streaming = true;
    hasBrought = true;
    heardAt = performance.now();
    retryMillis = RETRY_MIN_MILLIS;
    tell({ type: 'connection', connection: 'live' });
    hear(snapshot);
  };

  const openStream = () => {
    leave();
    hasBrought = false;
    openedAt = performance.now();
    leave = (streams[way] ?? eventStream)(electionId, { receive, ended: reopenLater });
  };

  const reopenLater = () => {
    leave();
    leave = () => {};
    openedAt = null;
    if (streaming) tell({ type: 'connection', connection: 'reconnecting' });
    streaming = false;
    if (!hasBrought) way = (way + 1) % streams.length;
    clearTimeout(retry);
    // Spread out: all readers of a server that stopped would else come back in one moment.
    retry = setTimeout(openStream, retryMillis * (0.5 + Math.random()));
    if (way === 0) retryMillis = Math.min(retryMillis * 2, RETRY_MAX_MILLIS);
  };

  const ask = async () => {
    const suspicious = streaming && performance.now() - heardAt > SILENCE_MILLIS;
    const isHeldBack = !hasBrought && openedAt !== null && performance.now() - openedAt > PATIENCE_MILLIS;
    if (isHeldBack) reopenLater();
    if (asking || (streaming && !suspicious)) return;
    asking = true;
    const answer = await fetchDocument(paths.results(electionId), snapshotSchema, stopping.signal);
    asking = false;
    if (stopping.signal.aborted) return;
    if (suspicious) {
      // When nothing is new there either, the stream is merely silent, and is suspected again after as long a silence.
      heardAt = performance.now();
      if (!answer.ok || hear(answer.value)) reopenLater();
    } else if (!streaming) {
      if (answer.ok) hear(answer.value);
      tell(answer.ok ? { type: 'connection', connection: 'polling' } : lossOf(answer.reason));
    }
  };

  openStream();
  const polling = setInterval(() => void ask(), POLL_MILLIS);
  return () => {
    stopping.abort();
    clearInterval(polling);
    clearTimeout(retry);
    leave();
  };
}

function lossOf(reason: 'unknown' | 'unreachable'): ResultsEvent {
  return reason === 'unknown' ? { type: 'unknown' } : { type: 'connection', connection: 'reconnecting' };
}

function readSnapshot(data: string): Snapshot | null {
  try {
    return snapshotSchema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
