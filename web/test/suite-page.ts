import type { ElectionDefinition } from '@suffrage/contracts/election';
import { castBallots } from '@suffrage/demo/cast-ballots';
import { openElection, results } from '@suffrage/demo/manager';
import { planSendings, seeded } from '@suffrage/demo/plan';
import { launchChromium } from '@suffrage/test/chromium';
import { until } from '@suffrage/test/poll';
import { startSuite } from '@suffrage/test/suite';
import { rm } from 'node:fs/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { hearComplaints } from './complaints.ts';
import { buildPage } from './built-page.ts';
import { startTestWeb } from './web.ts';

/** Longer than any test takes, on a machine that is busy with others, too. */
const OPEN_MILLIS = 3_600_000;

/** The built page in real browsers, on the whole suite as real processes. */
export type SuitePage = Awaited<ReturnType<typeof openSuitePage>>;

export async function openSuitePage() {
  const pageDirectory = await buildPage();
  const browser: Browser = await launchChromium();
  const suite = await startSuite();
  const { stack, services } = suite;
  const web = await startTestWeb(
    { ingestion: [...stack.ingestionUrls], results: [...stack.resultsUrls], registrar: [stack.registrarUrl] },
    pageDirectory,
  );
  const contexts: BrowserContext[] = [];
  /** What browsers complained about, or asked people, since the last `clear`. */
  const complaints: string[] = [];

  async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    contexts.push(context);
    return context;
  }

  return {
    stack,
    services,
    complaints,
    newContext,
    async open(path: string, context?: BrowserContext): Promise<Page> {
      const page = await (context ?? (await newContext())).newPage();
      hearComplaints(page, complaints);
      page.on('dialog', dialog => {
        complaints.push(`asked: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(`${web.origin}${path}`);
      return page;
    },
    /** An election that is open to everybody, and known to all services. */
    async hold(id: string, change: object = {}): Promise<ElectionDefinition> {
      const definition = await openElection(stack, id, own => ({ ...draft(own), ...change }));
      await until(`the results service knows ${id}`, () => results(stack, id).catch(() => undefined), 60_000);
      return definition;
    },
    /** Ends an election as soon as the registrar's notice allows, some 25 s from now. */
    async stop(id: string): Promise<void> {
      const response = await fetch(`${stack.registrarUrl}/v1/elections/${id}/close`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stack.managerToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ reason: 'the test has voted' }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    /** So many votes from elsewhere, each for one of the first contest's options in turn. */
    async castMany(definition: ElectionDefinition, count: number): Promise<void> {
      const [contest] = definition.contests;
      const options = contest?.options ?? [];
      const cast = await castBallots({
        stack,
        definition,
        sendings: planSendings(count, stack.ingestionUrls.length, seeded(count)),
        markedBy: ballot => ({ [contest?.id ?? '']: [options[ballot % options.length]?.id ?? ''] }),
        voters: 4,
        onProgress: () => undefined,
      });
      if (cast.problems.length > 0) throw new Error(cast.problems.join('; '));
    },
    async clear(): Promise<void> {
      for (const context of contexts.splice(0)) await context.close();
      complaints.length = 0;
    },
    async close(): Promise<void> {
      await browser.close();
      await web.close();
      await suite.stop();
      await rm(pageDirectory, { recursive: true });
    },
  };
}

function draft(id: string) {
  const option = (name: string) => ({ id: name, title: { en: name } });
  const mayor = { minSelections: 1, maxSelections: 1, options: ['a', 'b'].map(option) };
  return {
    id,
    title: { en: id },
    contests: [{ id: 'mayor', title: { en: 'Mayor' }, ...mayor }],
    mode: 'secret',
    eligibility: 'open',
    revote: 'none',
    opensAt: new Date().toISOString(),
    closesAt: new Date(Date.now() + OPEN_MILLIS).toISOString(),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
  };
}
