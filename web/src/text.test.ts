import { expect, test } from '@jest/globals';
import { textIn } from './text.ts';

const texts = { de: 'Bürgermeisterin', en: 'Mayor' };

test.each([
  [['de', 'en'], 'de'],
  [['de-AT', 'en'], 'de'],
  [['fr', 'en'], 'en'],
  [['fr'], 'de'],
])('readers of %j get the text in %s', (languages, lang) => {
  expect(textIn(texts, languages).lang).toBe(lang);
});

test('a text in a regional language is found by exactly that', () => {
  expect(textIn({ 'pt-BR': 'Prefeita', pt: 'Presidente' }, ['pt-BR'])).toEqual({
    title: 'Prefeita',
    lang: 'pt-BR',
  });
});
