import type { CSSProperties } from 'react';
import { formatAge, formatCount, formatShare, formatVotes } from '../format.ts';
import { say } from '../language/say.ts';
import type { Intake } from '../live/results-state.ts';

/** Votes that came this recently are called new. */
const JUST_NOW_MILLIS = 4_000;

/** Which ingestion instance took how many of the counted votes, so that the spread of the load can be seen. */
export function IntakeCards({ intake, now }: { intake: readonly Intake[]; now: number }) {
  if (intake.length === 0) return null;
  const total = intake.reduce((sum, { votes }) => sum + votes, 0);
  return (
    <section className="intake" aria-labelledby="intake">
      <h2 id="intake">{say('intake.title')}</h2>
      <p className="soft">{say('intake.why')}</p>
      <ul>
        {intake.map(row => (
          <IntakeCard key={row.instance} row={row} share={total === 0 ? 0 : row.votes / total} now={now} />
        ))}
      </ul>
    </section>
  );
}

function IntakeCard({ row, share, now }: { row: Intake; share: number; now: number }) {
  const { instance, votes, gainedAt } = row;
  const fresh = gainedAt !== null && now - gainedAt < JUST_NOW_MILLIS;
  const style: CSSProperties & Record<'--length', string> = { '--length': `${100 * share}%` };
  return (
    <li className="card instance" data-fresh={fresh} data-testid={`instance-${instance}`}>
      <h3>{instance}</h3>
      <p className="instance-votes">
        {formatVotes(votes)} <span className="soft">{formatShare(share)}</span>
      </p>
      <span className="meter" aria-hidden="true">
        <span className="bar" style={style} />
      </span>
      <p className="gained">{gainedWords(row, fresh, now)}</p>
    </li>
  );
}

function gainedWords({ gained, gainedAt }: Intake, fresh: boolean, now: number): string {
  if (gainedAt === null) return say('intake.nothing-new');
  return fresh
    ? say('intake.gained-now', { count: formatCount(gained) })
    : say('intake.gained', { count: formatCount(gained), age: formatAge(now - gainedAt) });
}
