import { say } from '../say.ts';
import { Fault, TextField } from './fields.tsx';
import { fieldId } from './faults.ts';
import { type FormContest, type FormOption, newContest, newOption } from './form.ts';
import { TextsField } from './texts-field.tsx';

type Props = {
  contests: readonly FormContest[];
  languages: readonly string[];
  onChange: (contests: FormContest[]) => void;
};

/** The ballot. */
export function ContestsFields({ contests, languages, onChange }: Props) {
  return (
    <section className="form-part" aria-labelledby={fieldId('contests')}>
      <h2 id={fieldId('contests')} tabIndex={-1}>
        {say('form.ballot')}
      </h2>
      <p className="soft">{say('form.ballot-why')}</p>
      <Fault place="contests" />
      {contests.map((contest, index) => (
        <ContestFields
          key={contest.key}
          contest={contest}
          number={index + 1}
          languages={languages}
          place={`contests.${index}`}
          onChange={next => onChange(contests.with(index, next))}
          onRemove={contests.length === 1 ? undefined : () => onChange(contests.toSpliced(index, 1))}
        />
      ))}
      <p className="buttons">
        <button type="button" className="button" onClick={() => onChange([...contests, newContest()])}>
          {say('form.contest-add')}
        </button>
      </p>
    </section>
  );
}

type ContestProps = {
  contest: FormContest;
  number: number;
  languages: readonly string[];
  place: string;
  onChange: (contest: FormContest) => void;
  onRemove: (() => void) | undefined;
};

function ContestFields({ contest, number, languages, place, onChange, onRemove }: ContestProps) {
  const { options } = contest;
  const setOptions = (next: FormOption[]) => onChange({ ...contest, options: next });
  return (
    <fieldset className="card contest-form">
      <legend>{say('form.contest', { number })}</legend>
      <TextsField
        place={`${place}.title`}
        label={say('form.contest-title')}
        languages={languages}
        texts={contest.title}
        onChange={title => onChange({ ...contest, title })}
      />
      <div className="side-by-side">
        <TextField
          place={`${place}.minSelections`}
          label={say('form.min')}
          type="number"
          value={contest.min}
          onChange={min => onChange({ ...contest, min })}
        />
        <TextField
          place={`${place}.maxSelections`}
          label={say('form.max')}
          type="number"
          value={contest.max}
          onChange={max => onChange({ ...contest, max })}
        />
      </div>
      <ol className="options-form" id={fieldId(`${place}.options`)} tabIndex={-1}>
        {options.map((option, index) => (
          <OptionFields
            key={option.key}
            option={option}
            number={index + 1}
            languages={languages}
            place={`${place}.options.${index}`}
            onChange={next => setOptions(options.with(index, next))}
            onRemove={options.length === 1 ? undefined : () => setOptions(options.toSpliced(index, 1))}
            onUp={index === 0 ? undefined : () => setOptions(movedUp(options, index))}
          />
        ))}
      </ol>
      <Fault place={`${place}.options`} />
      <p className="buttons">
        <button type="button" className="button small" onClick={() => setOptions([...options, newOption()])}>
          {say('form.option-add')}
        </button>
        {options.some(({ exclusive }) => exclusive) ? null : (
          <button
            type="button"
            className="button small"
            onClick={() => setOptions([...options, noneOfTheAbove(languages)])}
          >
            {say('form.none-add')}
          </button>
        )}
        {onRemove ? (
          <button type="button" className="button small grave" onClick={onRemove}>
            {say('form.contest-remove', { number })}
          </button>
        ) : null}
      </p>
    </fieldset>
  );
}

type OptionProps = {
  option: FormOption;
  number: number;
  languages: readonly string[];
  place: string;
  onChange: (option: FormOption) => void;
  onRemove: (() => void) | undefined;
  onUp: (() => void) | undefined;
};

function OptionFields({ option, number, languages, place, onChange, onRemove, onUp }: OptionProps) {
  return (
    <li className="option-form">
      <TextsField
        place={`${place}.title`}
        label={say('form.option', { number })}
        languages={languages}
        texts={option.title}
        onChange={title => onChange({ ...option, title })}
      />
      <details>
        <summary>{say('form.option-more', { number })}</summary>
        <TextsField
          place={`${place}.description`}
          label={say('form.description')}
          languages={languages}
          texts={option.description}
          onChange={description => onChange({ ...option, description })}
          isLong
        />
        <TextField
          place={`${place}.picture`}
          label={say('form.picture')}
          help={say('form.picture-help')}
          type="url"
          value={option.picture}
          onChange={picture => onChange({ ...option, picture })}
        />
        <label className="rule-option">
          <input
            type="checkbox"
            checked={option.exclusive}
            onChange={event => onChange({ ...option, exclusive: event.target.checked })}
          />
          <span>{say('form.exclusive')}</span>
        </label>
        <p className="buttons">
          {onUp ? (
            <button type="button" className="button small" onClick={onUp}>
              {say('form.option-up', { number })}
            </button>
          ) : null}
          {onRemove ? (
            <button type="button" className="button small grave" onClick={onRemove}>
              {say('form.option-remove', { number })}
            </button>
          ) : null}
        </p>
      </details>
    </li>
  );
}

function movedUp(options: readonly FormOption[], index: number): FormOption[] {
  return options.toSpliced(index - 1, 2, ...options.slice(index - 1, index + 1).toReversed());
}

/** In the language that the manager reads; others are theirs to write. */
function noneOfTheAbove([language = 'en']: readonly string[]): FormOption {
  return { ...newOption(), title: { [language]: say('form.none') }, exclusive: true };
}
