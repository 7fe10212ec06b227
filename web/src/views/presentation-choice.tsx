import { say } from '../language/say.ts';
import type { Presentation } from './contest-card.tsx';

const CHOICES: readonly Presentation[] = ['chart', 'table'];

type Props = { value: Presentation; onChange: (value: Presentation) => void };

export function PresentationChoice({ value, onChange }: Props) {
  return (
    <fieldset className="choice">
      <legend className="unseen">{say('results.show-as')}</legend>
      {CHOICES.map(choice => (
        <label key={choice}>
          <input
            type="radio"
            name="presentation"
            value={choice}
            checked={choice === value}
            onChange={() => onChange(choice)}
          />
          <span>{say(`results.as-${choice}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
