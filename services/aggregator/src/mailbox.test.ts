import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMailbox } from './mailbox.ts';

function slowReader() {
  const sent: number[] = [];
  const unflushed: (() => void)[] = [];
  const mailbox = createMailbox<number>((item, flushed) => {
    sent.push(item);
    unflushed.push(flushed);
  });
  return { sent, mailbox, unflushed, take: () => unflushed.shift()?.() };
}

test('a slow reader skips to the newest', () => {
  const { sent, mailbox, take } = slowReader();
  for (const item of [1, 2, 3, 4]) mailbox.post(item);
  expect(sent).toEqual([1]);
  take();
  expect(sent).toEqual([1, 4]);
  take();
  expect(mailbox.isBusy()).toBe(false);
});

test('the same item is sent once', () => {
  const { sent, mailbox, take } = slowReader();
  mailbox.post(1);
  mailbox.post(1);
  take();
  mailbox.post(1);
  expect(sent).toEqual([1]);
});

test('whatever the pace, a reader never goes back, ends with the newest, and one item at most is under way', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 200 }), steps => {
      const { sent, mailbox, unflushed, take } = slowReader();
      let posted = 0;
      for (const post of steps) {
        if (post) mailbox.post((posted += 1));
        else take();
        expect(unflushed.length).toBeLessThanOrEqual(1);
      }
      while (mailbox.isBusy()) take();
      expect(sent).toEqual(sent.toSorted((a, b) => a - b));
      expect(new Set(sent).size).toBe(sent.length);
      expect(sent.at(-1) ?? 0).toBe(posted);
    }),
  );
});
