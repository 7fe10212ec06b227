import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const PICTURES = join(import.meta.dirname, '../../out/pictures');

/** Behind the glass: the page's own colour, and each glow where it is brightest. */
const BACKGROUNDS = ['--page', '--glow-violet', '--glow-green', '--glow-rose'] as const;
type Background = (typeof BACKGROUNDS)[number];

/**
 * What axe finds on the page as it is now, each with where; empty when all is well. Of text on a gradient axe judges no
 * contrast, so the page's gives way to each of its colours in turn, and text that can't be judged counts as found, save in
 * drawings: what those say is in a table, too.
 */
async function violations(page: Page, backgrounds: readonly Background[]): Promise<string[]> {
  const axe = () => new AxeBuilder({ page });
  const found = (await axe().disableRules([CONTRAST]).analyze()).violations.flatMap(textsOf);
  for (const background of backgrounds) {
    await page.evaluate(paintFlat, background);
    const judged = await axe().withRules([CONTRAST]).analyze();
    const faint = [...judged.violations, ...judged.incomplete].flatMap(textsOf);
    found.push(...faint.map(text => `on ${background}: ${text}`));
  }
  await page.evaluate(paintFlat, undefined);
  return found;
}

const CONTRAST = 'color-contrast';
type Result = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'][number];

function textsOf({ id, nodes }: Result): string[] {
  const judgeable = nodes.filter(({ html }) => id !== CONTRAST || !html.startsWith('<text'));
  return judgeable.map(({ target, failureSummary = '' }) => `${id}: ${target.join(' ')}: ${failureSummary}`);
}

/** In the browser. @param background a colour of the page; `undefined`: as it was. */
function paintFlat(background: Background | undefined): void {
  const root = document.documentElement;
  if (document.adoptedStyleSheets.length === 0) {
    const sheet = new CSSStyleSheet();
    sheet.insertRule('.flat { background: var(--page) }');
    sheet.insertRule('.flat body { background: var(--flat) }');
    sheet.insertRule('.flat body::before { content: none }');
    document.adoptedStyleSheets.push(sheet);
  }
  root.classList.toggle('flat', background !== undefined);
  root.style.setProperty('--flat', `var(${background})`);
}

/** Fails with what axe has found, and where. */
export async function expectAccessible(
  page: Page,
  state: string,
  backgrounds: readonly Background[] = ['--page'],
): Promise<void> {
  // Colours that fade in are not yet those that stay.
  await page.evaluate(() => {
    for (const one of document.getAnimations())
      if (one.effect?.getComputedTiming().endTime !== Infinity) one.finish();
  });
  expect([state, await violations(page, backgrounds)]).toEqual([state, []]);
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

const PHONE = 320;
const WIDTHS = [PHONE, 768, 1280];

/** Fails with what axe finds or what does not fit at three widths, light and dark; keeps a picture of each. */
export async function expectEveryLook(
  page: Page,
  state: string,
  backgrounds: readonly Background[] = BACKGROUNDS,
): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expectAccessible(page, state, backgrounds);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      // Colours are those of the wide page; what a table scrolls away could not be judged.
      if (width === PHONE) await expectAccessible(page, `${state} on a phone`, []);
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
