import type { Proof } from '@suffrage/client/browser';
import type { Contest, ElectionDefinition } from '@suffrage/contracts/election';
import { useRef, useState } from 'react';
import { say } from '../language/say.ts';
import { preferredLanguages, textIn } from '../text.ts';
import type { Marked, Marks } from './marks.ts';
import { openSession } from './open-session.ts';
import { StepHeading } from './step-heading.tsx';

type Props = {
  definition: ElectionDefinition;
  place: string;
  marked: Marked;
  needsSession: boolean;
  onChange: () => void;
  onCast: (session: Proof | undefined) => void;
};

type SessionState = { readonly kind: 'none' | 'opening' } | { readonly kind: 'failed'; readonly why: string };

/** The choice once more, whole, before it is cast. */
export function Review({ definition, place, marked, needsSession, onChange, onCast }: Props) {
  const [session, setSession] = useState<SessionState>({ kind: 'none' });
  // A second click comes before the first has changed what is shown.
  const isCasting = useRef(false);
  const cast = async () => {
    if (isCasting.current) return;
    isCasting.current = true;
    if (!needsSession) return onCast(undefined);
    setSession({ kind: 'opening' });
    const answer = await openSession(definition.id);
    // The voter went back to the ballot meanwhile.
    if (!isCasting.current) return undefined;
    if (answer.ok) return onCast(answer.proof);
    isCasting.current = false;
    setSession({ kind: 'failed', why: answer.why });
  };
  const change = () => {
    isCasting.current = false;
    onChange();
  };
  return (
    <section className="vote">
      <StepHeading title={say('review.title')} place={place} />
      {definition.contests.map(contest => (
        <Reviewed key={contest.id} contest={contest} marks={marked[contest.id] ?? []} />
      ))}
      <p>{say(definition.revote === 'last' ? 'review.revote' : 'review.final')}</p>
      {definition.mode === 'secret' ? <p>{say('review.one-device')}</p> : null}
      <p role="status">{sessionWords(session)}</p>
      <p className="buttons">
        <button type="button" className="button" onClick={change}>
          {say('review.change')}
        </button>
        <button type="button" className="button primary" onClick={() => void cast()}>
          {say('review.cast')}
        </button>
      </p>
    </section>
  );
}

function Reviewed({ contest, marks }: { contest: Contest; marks: Marks }) {
  const languages = preferredLanguages();
  const title = textIn(contest.title, languages);
  const chosen = contest.options.filter(({ id }) => marks.includes(id));
  return (
    <div className="card reviewed">
      <h2 lang={title.lang} dir="auto">
        {title.title}
      </h2>
      {chosen.length === 0 ? <p className="soft">{say('review.nothing')}</p> : null}
      <ul>
        {chosen.map(option => {
          const text = textIn(option.title, languages);
          return (
            <li key={option.id} lang={text.lang} dir="auto">
              {text.title}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function sessionWords(session: SessionState): string | null {
  switch (session.kind) {
    case 'none':
      return null;
    case 'opening':
      return say('review.session');
    case 'failed':
      return say('review.session-failed', { why: session.why });
  }
}
