import { useState } from 'react';
import { isLanguage, type Language, languages } from '../language/languages.ts';
import { say, spokenLanguage } from '../language/say.ts';
import { choose, chooseLanguage, type Preference, prefers } from './preferences.ts';

/** Language, size of text and contrast, on every view. */
export function Settings() {
  return (
    <fieldset className="settings">
      <legend>{say('settings.title')}</legend>
      <label>
        <span>{say('settings.language')}</span>
        <select value={spokenLanguage()} onChange={event => void changeLanguage(event.target.value)}>
          {Object.entries(languages).map(([tag, { name }]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Switch preference="large-text" />
      <Switch preference="high-contrast" />
    </fieldset>
  );
}

function Switch({ preference }: { preference: Preference }) {
  const [isOn, setOn] = useState(() => prefers(preference));
  const change = (wanted: boolean) => {
    choose(preference, wanted);
    setOn(wanted);
  };
  return (
    <label>
      <input type="checkbox" checked={isOn} onChange={event => change(event.target.checked)} />
      <span>{say(`settings.${preference}`)}</span>
    </label>
  );
}

/** Without the catalogue (there is no network, say) the page goes on in the language that it speaks. */
async function changeLanguage(tag: string): Promise<void> {
  const wanted: Language = isLanguage(tag) ? tag : spokenLanguage();
  await chooseLanguage(wanted).catch(() => undefined);
}
