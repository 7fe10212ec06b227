import type { Presentation } from './contest-card.tsx';

const CHOICES: readonly { value: Presentation; label: string }[] = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
];

type Props = { value: Presentation; onChange: (value: Presentation) => void };

export function PresentationChoice({ value, onChange }: Props) {
  return (
    <fieldset className="choice">
      <legend className="unseen">Show results as</legend>
      {CHOICES.map(choice => (
        <label key={choice.value}>
          <input
            type="radio"
            name="presentation"
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span>{choice.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
