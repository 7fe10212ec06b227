import type { Phase } from '../api/schemas.ts';
import { formatAge } from '../format.ts';
import type { Connection, ResultsState } from '../live/results-state.ts';

const WORDS: Readonly<Record<Connection, string>> = {
  connecting: 'Connecting…',
  live: 'Live',
  polling: 'Asking every 2 s',
  reconnecting: 'Reconnecting…',
};

const EXPLANATIONS: Readonly<Record<Connection, string | null>> = {
  connecting: null,
  live: null,
  polling: 'The live stream is interrupted; the totals are current all the same.',
  reconnecting: 'The results service does not answer at the moment. What is shown is the last that arrived.',
};

type Props = { results: ResultsState; phase: Phase; now: number; skewMillis: number };

/** Whether the page is up to date, and how old what it shows is. */
export function StatusLine({ results: { snapshot, connection }, phase, now, skewMillis }: Props) {
  const explanation =
    snapshot === null && connection === 'reconnecting'
      ? 'The results service does not answer at the moment.'
      : EXPLANATIONS[connection];
  return (
    <p className="status" data-connection={connection}>
      <span className="dot" aria-hidden="true" />
      <strong data-testid="connection">{WORDS[connection]}</strong>
      {snapshot === null ? null : (
        <span data-testid="age">
          {isFinal(phase, snapshot.provisional) ? 'final totals, read ' : 'updated '}
          <time dateTime={snapshot.asOf}>{formatAge(now + skewMillis - Date.parse(snapshot.asOf))}</time>
        </span>
      )}
      {explanation === null ? null : <span className="status-why">{explanation}</span>}
    </p>
  );
}

function isFinal(phase: Phase, provisional: boolean): boolean {
  return !provisional && (phase === 'closed' || phase === 'sealed');
}
