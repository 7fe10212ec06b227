import { expect, test } from '@jest/globals';
import { setupI18n } from '@lingui/core';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { rowFaults } from '@suffrage/contracts/roll';
import { messages as arabic } from './catalogs/ar.ts';
import { messages as german } from './catalogs/de.ts';
import { type Catalog, messages as english } from './catalogs/en.ts';
import { messages as spanish } from './catalogs/es.ts';
import { messages as watchArabic } from '../watch/catalogs/ar.ts';
import { messages as watchGerman } from '../watch/catalogs/de.ts';
import { messages as watchEnglish } from '../watch/catalogs/en.ts';
import { messages as watchSpanish } from '../watch/catalogs/es.ts';
import { messages as managingArabic } from '../manage/catalogs/ar.ts';
import { messages as managingGerman } from '../manage/catalogs/de.ts';
import { messages as managingEnglish } from '../manage/catalogs/en.ts';
import { messages as managingSpanish } from '../manage/catalogs/es.ts';

type Token = ReturnType<typeof compileMessage>[number];

/** Names of the places of a compiled message that are filled by values, wherever they are. */
function placesOf(tokens: string | readonly Token[]): Set<string> {
  if (typeof tokens === 'string') return new Set();
  const named = tokens.filter(token => typeof token !== 'string').map(([name]) => name);
  return new Set(named);
}

type Texts = Readonly<Record<string, string>>;

const catalogs: readonly (readonly [string, Texts, Texts])[] = [
  ['en', english, english],
  ['de', german, english],
  ['es', spanish, english],
  ['ar', arabic, english],
  ['en, watching', watchEnglish, watchEnglish],
  ['de, watching', watchGerman, watchEnglish],
  ['es, watching', watchSpanish, watchEnglish],
  ['ar, watching', watchArabic, watchEnglish],
  ['en, managing', managingEnglish, managingEnglish],
  ['de, managing', managingGerman, managingEnglish],
  ['es, managing', managingSpanish, managingEnglish],
  ['ar, managing', managingArabic, managingEnglish],
];

test.each(catalogs)(
  'each message in %s can be read and has the places of the English one',
  (_language, catalog, originals) => {
    for (const [id, text] of Object.entries(catalog)) {
      const original = originals[id] ?? '';
      expect([id, [...placesOf(compileMessage(text))].toSorted()]).toEqual([
        id,
        [...placesOf(compileMessage(original))].toSorted(),
      ]);
    }
  },
);

test('what is wrong with a row of a roll has a text with the values that the registrar tells', () => {
  for (const [code, reason] of Object.entries(rowFaults)) {
    const told = [...reason.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();
    const text = (managingEnglish as Texts)[`row.${code}`] ?? '';
    expect([code, text, [...placesOf(compileMessage(text))].toSorted()]).toEqual([
      code,
      expect.not.stringMatching(/^$/),
      told,
    ]);
  }
});

test('a number takes the form of its language', () => {
  const said = (locale: string, messages: Catalog, count: number) => {
    const speech = setupI18n();
    speech.setMessagesCompiler(compileMessage);
    speech.loadAndActivate({ locale, messages });
    return speech.t({ id: 'elections.contests', values: { count } });
  };
  expect([1, 2].map(count => said('de', german, count))).toEqual(['1 Abstimmung', '2 Abstimmungen']);
  const forms = [1, 2, 3, 11, 100].map(count =>
    said('ar', arabic, count)
      .replaceAll(/[\d\u0660-\u0669]/g, '')
      .trim(),
  );
  expect(forms).toEqual(['اقتراع واحد', 'اقتراعان', 'اقتراعات', 'اقتراعًا', 'اقتراع']);
});
