import { expect, test } from '@jest/globals';
import { keepRecent } from './keep-recent.ts';

function openRecent(most = 10) {
  let now = 1_000_000;
  const looks: string[] = [];
  const recent = keepRecent<string>({ millis: 1_000, most, clock: () => now });
  const look = (name: string) =>
    recent.get(name, async () => {
      looks.push(name);
      if (name === 'broken') throw new Error('broken');
      return name === 'missing' ? undefined : `${name}!`;
    });
  return { recent, look, looks, pass: (millis: number) => void (now += millis) };
}

test('all who ask within the time share one look, and the next look comes after it', async () => {
  const { look, looks, pass } = openRecent();
  expect(await Promise.all([look('a'), look('a')])).toEqual(['a!', 'a!']);
  pass(999);
  await look('a');
  expect(looks).toEqual(['a']);
  pass(2);
  await look('a');
  expect(looks).toEqual(['a', 'a']);
});

test('what is missing or failed is asked for again at once', async () => {
  const { look, looks } = openRecent();
  expect(await look('missing')).toBeUndefined();
  expect(await look('missing')).toBeUndefined();
  await expect(look('broken')).rejects.toThrow('broken');
  await expect(look('broken')).rejects.toThrow('broken');
  expect(looks).toEqual(['missing', 'missing', 'broken', 'broken']);
});

test('no more are kept than allowed, and what is forgotten is gone', async () => {
  const { recent, look, looks } = openRecent(2);
  for (const name of ['a', 'b', 'c', 'c', 'b', 'a']) await look(name);
  expect(looks).toEqual(['a', 'b', 'c', 'a']);
  recent.forget(name => name === 'b');
  await look('b');
  expect(looks.at(-1)).toBe('b');
});
