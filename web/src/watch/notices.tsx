import type { Snapshot } from '../api/schemas.ts';
import { formatInstant } from '../format.ts';
import { sayWatch } from './say.ts';
import type { Standing } from './use-official.ts';

/** What must be known before any number is read. */
export function Annulment({ annulled, timeZone }: { annulled: Snapshot['annulled']; timeZone: string }) {
  if (annulled === undefined) return null;
  const when = formatInstant(annulled.at, timeZone);
  return (
    <section className="card annulled" role="alert">
      <h2>{sayWatch('annulled.title')}</h2>
      <p dir="auto">{sayWatch('annulled.why', { when, reason: annulled.reason })}</p>
    </section>
  );
}

/** Why totals that change no more may be relied on, or not. */
export function StandingWhy({ standing, timeZone }: { standing: Standing; timeZone: string }) {
  switch (standing.kind) {
    case 'provisional':
      return null;
    case 'official':
      return (
        <p className="soft">
          {sayWatch('standing.official-why', { when: formatInstant(standing.statedAt, timeZone) })}
        </p>
      );
    case 'counted':
    case 'doubtful':
      return <p className="soft">{sayWatch(`standing.${standing.kind}-why`)}</p>;
  }
}
