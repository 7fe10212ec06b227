import { say } from '../say.ts';
import { languageName } from './texts-field.tsx';

/** What can be chosen; a draft that is imported may have others, which it keeps. */
const KNOWN =
  'ar bg bn bs ca cs cy da de el en es et eu fa fi fr ga gd gl he hi hr hu hy id is it ja ka ko lb lt lv mk mt nl no pl pt ro ru sk sl sq sr sv ta th tr uk ur vi zh'.split(
    ' ',
  );

type Props = { languages: readonly string[]; onChange: (languages: string[]) => void };

/** The languages that voters can read the ballot in. */
export function LanguagesField({ languages, onChange }: Props) {
  const others = KNOWN.filter(tag => !languages.includes(tag)).toSorted((a, b) =>
    languageName(a).localeCompare(languageName(b)),
  );
  return (
    <div className="field">
      <p className="label" id="languages">
        {say('form.languages')}
      </p>
      <ul className="badges" aria-labelledby="languages">
        {languages.map(tag => (
          <li key={tag} className="badge chosen">
            {languageName(tag)}
            {languages.length === 1 ? null : (
              <button
                type="button"
                className="plain"
                onClick={() => onChange(languages.filter(one => one !== tag))}
                aria-label={say('form.language-remove', { language: languageName(tag) })}
              >
                ×
              </button>
            )}
          </li>
        ))}
      </ul>
      <label htmlFor="language-add" className="soft">
        {say('form.language-add')}
      </label>
      <select id="language-add" value="" onChange={event => onChange([...languages, event.target.value])}>
        <option value="">{say('form.language-choose')}</option>
        {others.map(tag => (
          <option key={tag} value={tag}>
            {languageName(tag)}
          </option>
        ))}
      </select>
    </div>
  );
}
