import { draftOf } from '@suffrage/contracts/election';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatInstant } from '../../format.ts';
import { addresses } from '../../route.ts';
import { preferredLanguages, textIn } from '../../text.ts';
import { PhaseBadge } from '../../views/badges.tsx';
import { Message, useTitle } from '../../views/message.tsx';
import { Link } from '../../views/shell.tsx';
import { useRights } from '../principal.ts';
import { electionQuery, useErasedAt } from '../queries.ts';
import { RefusedMessage } from '../refusal.tsx';
import { manageAddresses } from '../routes.ts';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';
import { ActionsSection } from './actions-section.tsx';
import { BallotSection } from './ballot-section.tsx';
import { ResultsSection } from './results-section.tsx';
import { saveJson } from './save-file.ts';
import { TaskDialog } from './task-dialogs.tsx';
import { type Task, tasksOf } from './tasks.ts';
import { TurnoutSection } from './turnout-section.tsx';
import { VotersSection } from './voters-section.tsx';

/** Everything about one election, for those who hold it. */
export function ElectionView({ id }: { id: string }) {
  const { data: election, error } = useQuery(electionQuery(id));
  const { mayManage, mayReadActions } = useRights();
  if (error && !election) return <RefusedMessage error={error} />;
  if (!election) return <Message title={say('manage.loading')} />;
  const isPublished = election.phase !== 'draft';
  // Elections of other organisations are public once they are published, and nothing more.
  const isOwn = election.own === true;
  return (
    <div className="manage">
      <Head election={election} mayManage={mayManage && isOwn} />
      <BallotSection election={election} />
      {isOwn && mayManage && election.definition.eligibility === 'roll' ? (
        <VotersSection election={election} />
      ) : null}
      {isOwn && isPublished ? <TurnoutSection election={election} /> : null}
      {isPublished ? <ResultsSection election={election} /> : null}
      {isOwn && mayReadActions ? <ActionsSection election={election} /> : null}
    </div>
  );
}

function Head({ election, mayManage }: { election: ManagedElection; mayManage: boolean }) {
  const { definition, phase, annulled } = election;
  const { id, opensAt, closesAt, timeZone } = definition;
  const { title, lang } = textIn(definition.title, preferredLanguages());
  const [task, setTask] = useState<Task>();
  useTitle(title);
  return (
    <section className="card manage-head">
      <header className="section-head">
        <h1 lang={lang} dir="auto">
          {title}
        </h1>
        <p className="badges">
          {annulled ? <span className="badge badge-annulled">{say('election.annulled')}</span> : null}
          <PhaseBadge phase={phase} />
        </p>
      </header>
      {annulled ? (
        <p className="refusal">{say('election.annulled-why', { reason: annulled.reason })}</p>
      ) : null}
      <dl className="facts">
        <div>
          <dt>{say('form.opens')}</dt>
          <dd>{formatInstant(opensAt, timeZone)}</dd>
        </div>
        <div>
          <dt>{say('form.closes')}</dt>
          <dd>{formatInstant(closesAt, timeZone)}</dd>
        </div>
        <div>
          <dt>{say('form.id')}</dt>
          <dd>
            <code>{id}</code>
          </dd>
        </div>
      </dl>
      <p data-testid="next">{nextWords(election)}</p>
      {mayManage ? <Erased election={election} /> : null}
      {mayManage ? <Tasks election={election} onTask={setTask} /> : null}
      <p className="buttons">
        {phase === 'draft' ? null : <Link to={addresses.election(id)}>{say('election.public-view')}</Link>}
        <button
          type="button"
          className="plain link"
          onClick={() => saveJson(`${id}.json`, draftOf(definition))}
        >
          {say('election.export')}
        </button>
      </p>
      {task ? <TaskDialog task={task} election={election} onClose={() => setTask(undefined)} /> : null}
    </section>
  );
}

const GRAVE: readonly Task[] = ['stop', 'annul', 'erase', 'remove'];

function Tasks({ election, onTask }: { election: ManagedElection; onTask: (task: Task) => void }) {
  const erasedAt = useErasedAt(election.definition.id);
  const tasks = tasksOf(election).filter(task => task !== 'erase' || erasedAt === undefined);
  return (
    <div className="buttons" role="group" aria-label={say('election.tasks')}>
      {election.phase === 'draft' ? (
        <Link to={manageAddresses.edit(election.definition.id)} className="button primary">
          {say('form.edit')}
        </Link>
      ) : null}
      {tasks.map(task => (
        <button
          key={task}
          type="button"
          className={GRAVE.includes(task) ? 'button grave' : 'button'}
          onClick={() => onTask(task)}
        >
          {say(`task.${task}`)}
        </button>
      ))}
    </div>
  );
}

function Erased({ election: { definition } }: { election: ManagedElection }) {
  const at = useErasedAt(definition.id);
  if (at === undefined) return null;
  return (
    <p data-testid="erased">{say('election.erased', { when: formatInstant(at, definition.timeZone) })}</p>
  );
}

/** What holds now, and what comes by itself. */
function nextWords({ phase, official, definition }: ManagedElection): string {
  const asksForCodes = definition.eligibility === 'roll' && (definition.voterProof ?? 'code') === 'code';
  if (phase === 'draft') return say(asksForCodes ? 'next.draft-roll' : 'next.draft');
  if (phase === 'closed') return say(official ? 'next.official' : 'next.closed');
  return say(`next.${phase}`);
}
