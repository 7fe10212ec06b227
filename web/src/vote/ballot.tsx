import type { ElectionDefinition } from '@suffrage/contracts/election';
import { type FormEvent, useState } from 'react';
import { say } from '../language/say.ts';
import { preferredLanguages, textIn } from '../text.ts';
import { ContestFieldset, firstInputOf } from './contest-fieldset.tsx';
import { incomplete, type Marked } from './marks.ts';
import { StepHeading } from './step-heading.tsx';

type Props = {
  definition: ElectionDefinition;
  place: string;
  marked: Marked;
  onMark: (marked: Marked) => void;
  /** Left out before the election opens: the ballot can be read, and goes nowhere. */
  onNext: (() => void) | undefined;
};

/** All contests of the election on one page, in the order of the ballot. */
export function Ballot({ definition, place, marked, onMark, onNext }: Props) {
  const [isChecked, setChecked] = useState(false);
  const { contests } = definition;
  const title = textIn(definition.title, preferredLanguages());
  const lacking = isChecked ? incomplete(contests, marked) : [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [first] = incomplete(contests, marked);
    if (first === undefined) return onNext?.();
    setChecked(true);
    document.getElementById(firstInputOf(first))?.focus();
  };
  return (
    <form className="vote" noValidate onSubmit={submit}>
      <StepHeading title={say('ballot.title')} place={place} />
      <p lang={title.lang} dir="auto">
        {title.title}
      </p>
      {onNext ? null : <p className="card notice">{say('vote.not-open')}</p>}
      {contests.map(contest => (
        <ContestFieldset
          key={contest.id}
          contest={contest}
          marks={marked[contest.id] ?? []}
          isLacking={lacking.includes(contest)}
          onChange={marks => onMark({ ...marked, [contest.id]: marks })}
        />
      ))}
      <p role="alert">{lacking.length === 0 ? null : say('ballot.incomplete', { count: lacking.length })}</p>
      {onNext ? (
        <button type="submit" className="button primary">
          {say('ballot.next')}
        </button>
      ) : null}
    </form>
  );
}
