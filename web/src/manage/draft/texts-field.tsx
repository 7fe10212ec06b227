import { spokenLocale } from '../../language/say.ts';
import { say } from '../say.ts';
import { Fault } from './fields.tsx';
import { fieldId, useFault } from './faults.ts';
import type { FormTexts } from './form.ts';

type Props = {
  place: string;
  label: string;
  languages: readonly string[];
  texts: FormTexts;
  onChange: (texts: FormTexts) => void;
  isLong?: boolean;
};

/** One text in each of the election's languages. What is left empty is not there; one has to be. */
export function TextsField({ place, label, languages, texts, onChange, isLong = false }: Props) {
  const isWrong = useFault(place) !== undefined;
  return (
    <div className="texts">
      <div className="side-by-side">
        {languages.map((language, index) => {
          const id = index === 0 ? fieldId(place) : fieldId(`${place}.${language}`);
          const props = {
            id,
            lang: language,
            dir: 'auto',
            autoComplete: 'off',
            value: texts[language] ?? '',
            onChange: (event: { target: { value: string } }) =>
              onChange({ ...texts, [language]: event.target.value }),
            maxLength: isLong ? 5_000 : 500,
            ...(isWrong ? { 'aria-invalid': true, 'aria-describedby': `${fieldId(place)}-fault` } : {}),
          };
          return (
            <div key={language} className="field">
              <label htmlFor={id}>
                {languages.length === 1
                  ? label
                  : say('form.in-language', { label, language: languageName(language) })}
              </label>
              {isLong ? <textarea rows={2} {...props} /> : <input type="text" {...props} />}
            </div>
          );
        })}
      </div>
      <Fault place={place} />
    </div>
  );
}

/** In the language that the page speaks; the tag itself where there is no name. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(spokenLocale(), { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
