import { expect, test } from '@jest/globals';
import { firstLanguage } from './languages.ts';

test.each([
  ['ar', ['de', 'en'], 'ar'],
  [null, ['de-AT', 'en'], 'de'],
  [null, ['fr', 'es-419'], 'es'],
  [null, ['fr'], 'en'],
  ['tlh', ['es'], 'es'],
  ['constructor', [], 'en'],
] as const)('who chose %s and prefers %j is spoken to in %s', (chosen, preferred, language) => {
  expect(firstLanguage(chosen, preferred)).toBe(language);
});
