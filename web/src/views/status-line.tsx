import type { Phase } from '../api/schemas.ts';
import { formatAge } from '../format.ts';
import { say } from '../language/say.ts';
import type { Connection, ResultsState } from '../live/results-state.ts';

/** States that need more than a word. */
const EXPLAINED: ReadonlySet<Connection> = new Set<Connection>(['polling', 'reconnecting']);

type Props = { results: ResultsState; phase: Phase; now: number; skewMillis: number };

/** Whether the page is up to date, and how old what it shows is. */
export function StatusLine({ results: { snapshot, connection }, phase, now, skewMillis }: Props) {
  return (
    <p className="status" data-connection={connection}>
      <span className="dot" aria-hidden="true" />
      <strong data-testid="connection">{say(`connection.${connection}`)}</strong>
      {snapshot === null ? null : (
        <span data-testid="age">
          {say(isFinal(phase, snapshot.provisional) ? 'results.final-read' : 'results.updated')}{' '}
          <time dateTime={snapshot.asOf}>{formatAge(now + skewMillis - Date.parse(snapshot.asOf))}</time>
        </span>
      )}
      {EXPLAINED.has(connection) ? (
        <span className="status-why">{why(connection, snapshot !== null)}</span>
      ) : null}
    </p>
  );
}

function why(connection: Connection, isShown: boolean): string {
  if (connection === 'polling') return say('connection.polling-why');
  return say(isShown ? 'connection.reconnecting-why' : 'connection.away');
}

function isFinal(phase: Phase, provisional: boolean): boolean {
  return !provisional && (phase === 'closed' || phase === 'sealed');
}
