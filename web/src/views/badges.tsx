import { say } from '../language/say.ts';
import type { Phase } from '../api/schemas.ts';
import { sayWatch } from '../watch/say.ts';
import type { Standing } from '../watch/use-official.ts';

export function PhaseBadge({ phase }: { phase: Phase }) {
  return <span className={`badge badge-${phase}`}>{say(`phase.${phase}`)}</span>;
}

/** Totals may still change until every vote cast before the closing is counted; official are those that are signed. */
export function StandingBadge({ standing }: { standing: Standing }) {
  return <span className={`badge badge-${standing.kind}`}>{wordOf(standing)}</span>;
}

function wordOf({ kind }: Standing): string {
  return kind === 'provisional' || kind === 'official'
    ? say(`results.${kind}`)
    : sayWatch(`standing.${kind}`);
}
