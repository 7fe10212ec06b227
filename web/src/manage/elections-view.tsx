import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { scheduleOf } from '../schedule.ts';
import { preferredLanguages, textIn } from '../text.ts';
import { PhaseBadge } from '../views/badges.tsx';
import { Message, useTitle } from '../views/message.tsx';
import { Link } from '../views/shell.tsx';
import { Field } from './field.tsx';
import { useRights } from './principal.ts';
import { electionsQuery } from './queries.ts';
import { RefusedMessage } from './refusal.tsx';
import { manageAddresses } from './routes.ts';
import { say } from './say.ts';
import type { ManagedElection } from './schemas.ts';

const PHASES = ['open', 'draft', 'scheduled', 'closed', 'sealed'] as const;

/** The elections of the organisation, what is happening now first. */
export function ElectionsView() {
  const { data, error } = useQuery(electionsQuery);
  const [sought, setSought] = useState('');
  const { mayManage } = useRights();
  useTitle(say('manage.elections'));
  if (error && !data) return <RefusedMessage error={error} />;
  if (!data) return <Message title={say('manage.loading')} />;
  const own = data.elections.filter(election => election.own === true);
  const shown = own
    .filter(election => matches(election, sought))
    .toSorted((a, b) => PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase));
  return (
    <section className="manage">
      <header className="section-head">
        <h1>{say('manage.elections')}</h1>
        {mayManage ? (
          <Link to={manageAddresses.create} className="button primary">
            {say('manage.create')}
          </Link>
        ) : null}
      </header>
      {own.length === 0 ? (
        <p className="card">{say(mayManage ? 'manage.none' : 'manage.none-read')}</p>
      ) : null}
      {own.length > 5 ? (
        <Field id="sought" label={say('manage.search')}>
          {props => (
            <input
              {...props}
              type="search"
              value={sought}
              onChange={event => setSought(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <ul className="elections">
        {shown.map(election => (
          <ElectionLine key={election.definition.id} election={election} />
        ))}
      </ul>
    </section>
  );
}

function ElectionLine({ election: { definition, phase, annulled } }: { election: ManagedElection }) {
  const { title, lang } = textIn(definition.title, preferredLanguages());
  return (
    <li className="card election">
      <div>
        <h2 lang={lang} dir="auto">
          <Link to={manageAddresses.election(definition.id)}>{title}</Link>
        </h2>
        <p className="soft">
          {scheduleOf(definition, phase)} · {say(`mode.${definition.mode}`)}
        </p>
      </div>
      <p className="badges">
        {annulled ? <span className="badge badge-annulled">{say('election.annulled')}</span> : null}
        <PhaseBadge phase={phase} />
      </p>
    </li>
  );
}

function matches({ definition }: ManagedElection, sought: string): boolean {
  const words = [definition.id, ...Object.values(definition.title)].join(' ').toLocaleLowerCase();
  return words.includes(sought.trim().toLocaleLowerCase());
}
