import { lazy, Suspense } from 'react';
import { paths } from '../api/fetch.ts';
import { type Election, electionsSchema, type Phase } from '../api/schemas.ts';
import { useDocument } from '../hooks.ts';
import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { scheduleOf } from '../schedule.ts';
import { preferredLanguages, textIn } from '../text.ts';
import { PhaseBadge } from './badges.tsx';
import { Message, PAGE_NAME, useTitle } from './message.tsx';
import { Link } from './shell.tsx';

const WaitingNotice = lazy(() =>
  import('../vote/waiting-notice.tsx').then(part => ({ default: part.WaitingNotice })),
);

const REFRESH_MILLIS = 10_000;

/** What is happening now comes first. */
const GROUPS = [
  { title: 'elections.open', phases: ['open'] },
  { title: 'elections.coming', phases: ['scheduled', 'draft'] },
  { title: 'elections.finished', phases: ['closed', 'sealed'] },
] as const satisfies readonly { title: string; phases: readonly Phase[] }[];

export function ElectionsPage() {
  const loaded = useDocument(paths.elections, electionsSchema, REFRESH_MILLIS);
  useTitle(PAGE_NAME);
  if (loaded.status === 'loading') return <Message title={say('elections.loading')} />;
  if (loaded.status !== 'ready') {
    return <Message title={say('elections.unreachable')}>{say('registrar.away')}</Message>;
  }
  const { elections } = loaded.value;
  return (
    <>
      <header className="intro">
        <h1>{say('elections.title')}</h1>
        <p>{say('elections.intro')}</p>
      </header>
      <Suspense>
        <WaitingNotice />
      </Suspense>
      {elections.length === 0 ? <p className="card">{say('elections.none')}</p> : null}
      {GROUPS.map(({ title, phases }) => (
        <Group
          key={title}
          title={say(title)}
          elections={elections.filter(({ phase }) => phases.some(one => one === phase))}
        />
      ))}
    </>
  );
}

function Group({ title, elections }: { title: string; elections: readonly Election[] }) {
  if (elections.length === 0) return null;
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul className="elections">
        {elections.map(election => (
          <ElectionCard key={election.definition.id} election={election} />
        ))}
      </ul>
    </section>
  );
}

function ElectionCard({ election: { definition, phase } }: { election: Election }) {
  const { id } = definition;
  const { title, lang } = textIn(definition.title, preferredLanguages());
  return (
    <li className="card election">
      <div>
        <h3 id={`title-${id}`} lang={lang} dir="auto">
          <Link to={addresses.election(id)}>{title}</Link>
        </h3>
        <p className="soft">
          {scheduleOf(definition, phase)} · {say('elections.contests', { count: definition.contests.length })}
        </p>
        <p className="actions">
          <WhatToDo id={id} phase={phase} />
        </p>
      </div>
      <PhaseBadge phase={phase} />
    </li>
  );
}

/** What can be done with an election now, beside looking at it. */
function WhatToDo({ id, phase }: { id: string; phase: Phase }) {
  const describedBy = `title-${id}`;
  switch (phase) {
    case 'draft':
    case 'scheduled':
      return (
        <Link to={addresses.vote(id)} className="button" describedBy={describedBy}>
          {say('elections.read-ballot')}
        </Link>
      );
    case 'open':
      return (
        <Link to={addresses.vote(id)} className="button primary" describedBy={describedBy}>
          {say('elections.vote')}
        </Link>
      );
    case 'closed':
    case 'sealed':
      return (
        <Link to={addresses.election(id)} className="button" describedBy={describedBy}>
          {say('elections.results')}
        </Link>
      );
  }
}
