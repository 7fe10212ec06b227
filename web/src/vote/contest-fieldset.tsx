import type { Contest } from '@suffrage/contracts/election';
import { say } from '../language/say.ts';
import { preferredLanguages, textIn } from '../text.ts';
import { isSingle, type Marks, standingOf, toggle } from './marks.ts';
import { OptionChoice } from './option-choice.tsx';

export const firstInputOf = (contest: Contest): string => `${contest.id}.${contest.options[0]?.id ?? ''}`;

type Props = {
  contest: Contest;
  marks: Marks;
  /** The voter wanted to go on, and this contest is not complete. */
  isLacking: boolean;
  onChange: (marks: Marks) => void;
};

/** One contest: its rule, what its marks come to so far, and its options, as a group that a keyboard walks through. */
export function ContestFieldset({ contest, marks, isLacking, onChange }: Props) {
  const title = textIn(contest.title, preferredLanguages());
  const standing = standingOf(contest, marks);
  const canClear = isSingle(contest) && contest.minSelections === 0 && marks.length > 0;
  const ids = { rule: `rule.${contest.id}`, standing: `standing.${contest.id}` };
  return (
    <fieldset
      className="card contest-choice"
      data-lacking={isLacking}
      aria-describedby={`${ids.rule} ${ids.standing}`}
    >
      <legend lang={title.lang} dir="auto">
        {title.title}
      </legend>
      <p id={ids.rule}>{ruleOf(contest)}</p>
      <p id={ids.standing} className="standing" aria-live="polite" data-testid={`standing-${contest.id}`}>
        {standingWords(contest, marks)}
      </p>
      <ul className="options">
        {contest.options.map(option => (
          <OptionChoice
            key={option.id}
            option={option}
            contestId={contest.id}
            isRound={isSingle(contest)}
            isMarked={marks.includes(option.id)}
            isBlocked={standing.kind === 'full' && toggle(contest, marks, option.id) === undefined}
            onToggle={() => onChange(toggle(contest, marks, option.id) ?? marks)}
          />
        ))}
      </ul>
      {canClear ? (
        <button type="button" className="button" onClick={() => onChange([])}>
          {say('ballot.clear')}
        </button>
      ) : null}
    </fieldset>
  );
}

function ruleOf({ minSelections: min, maxSelections: max }: Contest): string {
  if (min === max) return say('ballot.choose-exactly', { max });
  if (min === 0) return say('ballot.choose-up-to', { max });
  return say('ballot.choose-range', { min, max });
}

function standingWords(contest: Contest, marks: Marks): string {
  const standing = standingOf(contest, marks);
  const marked = say('ballot.marked', { count: marks.length });
  switch (standing.kind) {
    case 'missing':
      return `${marked} ${say('ballot.too-few', { missing: standing.missing })}`;
    case 'blank':
      return say('ballot.blank');
    case 'exclusive':
      return isSingle(contest) ? marked : `${marked} ${say('ballot.exclusive-marked')}`;
    case 'full':
      return isSingle(contest) ? marked : `${marked} ${say('ballot.full', { max: contest.maxSelections })}`;
    case 'complete':
      return marked;
  }
}
