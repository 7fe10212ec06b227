import { participation } from '@suffrage/contracts/turnout';
import { useQuery } from '@tanstack/react-query';
import { formatCount, formatInstant, formatShare } from '../../format.ts';
import { snapshotQuery, turnoutQuery } from '../queries.ts';
import { RefusalNote } from '../refusal.tsx';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';

/** Tokens given and votes counted, side by side. */
export function TurnoutSection({ election: { definition } }: { election: ManagedElection }) {
  const turnout = useQuery(turnoutQuery(definition.id));
  const { data: snapshot } = useQuery(snapshotQuery(definition.id));
  const { data: issued } = turnout;
  const both = issued && snapshot ? participation(issued, snapshot) : undefined;
  return (
    <section className="card part" aria-labelledby="turnout">
      <h2 id="turnout">{say('turnout.title')}</h2>
      {turnout.error && !issued ? <RefusalNote error={turnout.error} /> : null}
      <dl className="facts">
        {issued?.roll === undefined ? null : (
          <Fact name={say('turnout.roll')} value={formatCount(issued.roll)} />
        )}
        {issued ? <Fact name={say('turnout.issued')} value={bounded(issued.issued, !issued.exact)} /> : null}
        {snapshot ? <Fact name={say('results.counted')} value={formatCount(snapshot.counted)} /> : null}
        {both ? (
          <Fact name={say('turnout.not-counted')} value={bounded(both.notCounted, both.isBound)} />
        ) : null}
        {both?.share === undefined ? null : (
          <Fact name={say('turnout.share')} value={formatShare(both.share)} />
        )}
      </dl>
      {issued ? (
        <p className="soft">
          {say(issued.exact ? 'turnout.exact' : 'turnout.bound', {
            when: formatInstant(issued.asOf, definition.timeZone),
          })}
        </p>
      ) : null}
    </section>
  );
}

function bounded(count: number, isBound: boolean): string {
  return isBound ? say('turnout.at-most', { count: formatCount(count) }) : formatCount(count);
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
