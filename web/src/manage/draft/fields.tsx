import { Field } from '../field.tsx';
import { fieldId, useFault } from './faults.ts';

/** What is wrong with the field before it, if anything is. */
export function Fault({ place }: { place: string }) {
  const fault = useFault(place);
  if (fault === undefined) return null;
  return (
    <p id={`${fieldId(place)}-fault`} className="fault">
      {fault}
    </p>
  );
}

/** For the element that a label, a help and a fault belong to. */
export function useFieldProps(place: string, hasHelp: boolean) {
  const isWrong = useFault(place) !== undefined;
  const id = fieldId(place);
  const described = [hasHelp ? `${id}-help` : '', isWrong ? `${id}-fault` : ''].filter(one => one !== '');
  return {
    id,
    ...(isWrong ? { 'aria-invalid': true } : {}),
    ...(described.length === 0 ? {} : { 'aria-describedby': described.join(' ') }),
  };
}

type TextProps = {
  place: string;
  label: string;
  help?: string;
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'url' | 'number' | 'datetime-local';
  lang?: string;
  isLong?: boolean;
};

export function TextField({ place, label, help, value, onChange, type = 'text', lang, isLong }: TextProps) {
  const props = {
    ...useFieldProps(place, help !== undefined),
    value,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
    dir: type === 'text' ? 'auto' : 'ltr',
    autoComplete: 'off',
    ...(lang === undefined ? {} : { lang }),
  };
  return (
    <Field id={props.id} label={label} help={help}>
      {() => (
        <>
          {isLong ? <textarea rows={3} {...props} /> : <input type={type} {...props} />}
          <Fault place={place} />
        </>
      )}
    </Field>
  );
}

type Option<Value> = { readonly value: Value; readonly title: string; readonly why?: string };
type ChoiceProps<Value> = {
  place: string;
  label: string;
  options: readonly Option<Value>[];
  value: Value;
  onChange: (value: Value) => void;
};

/** One of a few, each with what it means. */
export function Choice<Value extends string>({ place, label, options, value, onChange }: ChoiceProps<Value>) {
  const id = fieldId(place);
  return (
    <fieldset className="field rule" id={id} tabIndex={-1}>
      <legend>{label}</legend>
      {options.map(option => (
        <label key={option.value} className="rule-option">
          <input
            type="radio"
            name={id}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.title}
            {option.why === undefined ? null : <span className="soft rule-why">{option.why}</span>}
          </span>
        </label>
      ))}
      <Fault place={place} />
    </fieldset>
  );
}
