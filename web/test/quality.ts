import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const PICTURES = join(import.meta.dirname, '../../out/pictures');

/** What axe finds on the page as it is now, each with where; empty when all is well. */
async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Fails with what axe has found, and where. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  // Colours that fade in are not yet those that stay.
  await page.evaluate(() => {
    for (const one of document.getAnimations())
      if (one.effect?.getComputedTiming().endTime !== Infinity) one.finish();
  });
  expect([state, await violations(page)]).toEqual([state, []]);
}

/** Kept for whoever wants to look: `out/pictures/<name>.png`. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  // What was resized is drawn by then.
  await page.evaluate(
    () => new Promise(resolve => void requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

const WIDTHS = [320, 768, 1280];

/** Fails with what axe finds in a light and a dark page, and with what does not fit at three widths; keeps a picture of each. */
export async function expectEveryLook(page: Page, state: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, state);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      await expectWithin(page, state, width);
      await keepPicture(page, `${state}-${width}-${colorScheme}`);
    }
  }
}

/** Whether something is cut off at the side. */
const widthOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);

/** Fails with what makes the page wider than its window of `width` pixels. */
export async function expectWithin(page: Page, state: string, width: number): Promise<void> {
  expect([state, await reachingOver(page), await widthOf(page)]).toEqual([state, [], width]);
}

/** What of a page makes it wider than its window. What scrolls within a part of it does not. */
const reachingOver = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth: width, scrollWidth } = document.documentElement;
    if (scrollWidth <= width) return [];
    const parts = [...document.querySelectorAll('body *')].filter(part => {
      const { left, right } = part.getBoundingClientRect();
      return right > left && (left < -1 || right > width + 1);
    });
    return parts.map(part => `${part.localName}.${part.className}: ${part.textContent.trim().slice(0, 40)}`);
  });
