import { paths } from '../api/fetch.ts';
import { type Election, electionsSchema, type Phase } from '../api/schemas.ts';
import { useDocument } from '../hooks.ts';
import { scheduleOf } from '../schedule.ts';
import { preferredLanguages, textIn } from '../text.ts';
import { PhaseBadge } from './badges.tsx';
import { Message, PAGE_NAME, useTitle } from './message.tsx';
import { Link } from './shell.tsx';

const REFRESH_MILLIS = 10_000;

/** What is happening now comes first. */
const GROUPS: readonly { title: string; phases: readonly Phase[] }[] = [
  { title: 'Open now', phases: ['open'] },
  { title: 'Coming up', phases: ['scheduled', 'draft'] },
  { title: 'Finished', phases: ['closed', 'sealed'] },
];

export function ElectionsPage() {
  const loaded = useDocument(paths.elections, electionsSchema, REFRESH_MILLIS);
  useTitle(PAGE_NAME);
  if (loaded.status === 'loading') return <Message title="Loading the elections…" />;
  if (loaded.status !== 'ready') {
    return (
      <Message title="The elections can’t be reached">
        The registrar does not answer at the moment. This page tries again every few seconds.
      </Message>
    );
  }
  const { elections } = loaded.value;
  return (
    <>
      <header className="intro">
        <h1>Elections</h1>
        <p>Results as they are counted, vote by vote.</p>
      </header>
      {elections.length === 0 ? (
        <p className="card">No election has been published yet. It will appear here by itself.</p>
      ) : null}
      {GROUPS.map(({ title, phases }) => (
        <Group
          key={title}
          title={title}
          elections={elections.filter(({ phase }) => phases.includes(phase))}
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
  const { title, lang } = textIn(definition.title, preferredLanguages());
  const { length } = definition.contests;
  return (
    <li className="card election">
      <div>
        <h3 lang={lang}>
          <Link to={`/elections/${definition.id}`}>{title}</Link>
        </h3>
        <p className="soft">
          {scheduleOf(definition, phase)} · {length === 1 ? '1 contest' : `${length} contests`}
        </p>
      </div>
      <PhaseBadge phase={phase} />
    </li>
  );
}
