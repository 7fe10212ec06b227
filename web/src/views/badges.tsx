import { say } from '../language/say.ts';
import type { Phase } from '../api/schemas.ts';

export function PhaseBadge({ phase }: { phase: Phase }) {
  return <span className={`badge badge-${phase}`}>{say(`phase.${phase}`)}</span>;
}

/** Totals may still change until every vote cast before the closing is counted. */
export function StandingBadge({ provisional }: { provisional: boolean }) {
  return provisional ? (
    <span className="badge badge-provisional">{say('results.provisional')}</span>
  ) : (
    <span className="badge badge-official">{say('results.official')}</span>
  );
}
