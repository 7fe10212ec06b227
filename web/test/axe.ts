import axe from 'axe-core';
import type { Page } from 'playwright-core';

type Found = {
  readonly violations: readonly { id: string; help: string; nodes: readonly { html: string }[] }[];
};

/** What axe finds wrong with the page as it is shown now, a line each; nothing is what a view should give. */
export async function violations(page: Page): Promise<string[]> {
  // Colours that are still on their way to another are no colours yet.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map(one => one.finished.catch(() => undefined))),
  );
  // The browser's tools run it, so that the page's policy needs no exception.
  await page.evaluate(axe.source);
  const found = await page.evaluate<Found>('axe.run()');
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html }) => `${id}: ${help}: ${html}`),
  );
}
