import { afterAll, afterEach, beforeAll, beforeEach, jest, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '@suffrage/test/chromium';
import { buildPage } from './test/built-page.ts';
import { edinburgh, flow, officialResults, resultsKeys, snapshot } from './test/edinburgh.ts';
import { expectAccessible, expectEveryLook, expectWithin } from './test/quality.ts';
import { type StandIn, startStandIn } from './test/stand-in.ts';
import { startTestWeb } from './test/web.ts';

jest.setTimeout(900_000);

const ELECTION = '/elections/edinburgh-2022-ward-16';

let browser: Browser;
let pageDirectory: string;
let upstream: StandIn;
let web: Awaited<ReturnType<typeof startTestWeb>>;

beforeAll(async () => {
  pageDirectory = await buildPage();
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await rm(pageDirectory, { recursive: true });
});
beforeEach(async () => {
  upstream = await startStandIn();
  const origins = [upstream.origin];
  web = await startTestWeb({ ingestion: origins, results: origins, registrar: origins }, pageDirectory);
});
afterEach(async () => {
  await web.close();
  await upstream.close();
});

type State = {
  readonly name: string;
  readonly path: string;
  /** What the services say meanwhile, beside an open election whose votes are counted. */
  readonly services?: () => void;
  /** From the page as it opens to the state; resolves when it is there. */
  readonly reach: (page: Page) => Promise<unknown>;
};

const heading = (page: Page, name: string) => page.getByRole('heading', { name }).first().waitFor();
const closed = (document?: object) => () => {
  upstream.show(edinburgh({ resultsKeys }), 'closed');
  upstream.publish(snapshot({ version: 12_438, provisional: false }));
  if (document) upstream.tell('results/document', document);
};
const paste = async (page: Page, text: string) => {
  await page.getByLabel('Receipt', { exact: true }).fill(text);
  await page.getByRole('button', { name: 'Check' }).click();
};
const receipt = {
  electionId: 'edinburgh-2022-ward-16',
  voteId: 'A'.repeat(43),
  topic: 'votes',
  partition: 0,
  offset: '1',
  timestamp: 1,
  leafIndex: 0,
  treeSize: 1,
  path: [],
  signature: 'AA',
  certificate: { instance: 'ingestion-1', publicKey: 'AA', receiptKeyId: 'AA', signature: 'AA' },
};

/** The election at another time of its life. */
const shownAs = (phase: string, changes: Parameters<typeof edinburgh>[0] = {}) => {
  upstream.forget();
  upstream.show(edinburgh({ resultsKeys, ...changes }), phase);
};
const fromNow = (days: number) => new Date(Date.now() + 86_400_000 * days).toISOString();
const toCome = { opensAt: fromNow(1), closesAt: fromNow(2) };
const gone = { opensAt: fromNow(-2), closesAt: fromNow(-1) };
const council = {
  id: 'council',
  title: { en: 'Council' },
  minSelections: 0,
  maxSelections: 2,
  options: [
    ...['Ada', 'Bob', 'Eve'].map(name => ({ id: name.toLowerCase(), title: { en: name } })),
    { id: 'none', title: { en: 'None of the above' }, exclusive: true },
  ],
};

const states: readonly State[] = [
  { name: 'elections', path: '/', reach: page => heading(page, 'Open now') },
  {
    name: 'elections-none',
    path: '/',
    services: () => upstream.forget(),
    reach: page => page.getByText('No election has been published yet').waitFor(),
  },
  {
    name: 'elections-coming',
    path: '/',
    services: () => shownAs('scheduled', toCome),
    reach: page => heading(page, 'Coming up'),
  },
  {
    name: 'elections-finished',
    path: '/',
    services: () => shownAs('closed', gone),
    reach: page => heading(page, 'Finished'),
  },
  { name: 'results', path: ELECTION, reach: page => page.locator('.row').first().waitFor() },
  {
    name: 'results-table',
    path: ELECTION,
    reach: async page => {
      await page.getByRole('radio', { name: 'Table' }).check();
      await page.getByRole('table').first().waitFor();
    },
  },
  {
    name: 'results-hidden',
    path: ELECTION,
    services: () => {
      upstream.show(edinburgh({ resultsPolicy: 'after-close' }), 'open');
      upstream.publish(snapshot({ version: 12_438, contests: null }));
    },
    reach: page => page.getByText('stay hidden until it closes').waitFor(),
  },
  {
    name: 'results-none',
    path: ELECTION,
    services: () => shownAs('open'),
    reach: page => page.getByText('No votes have been counted yet').waitFor(),
  },
  {
    name: 'results-hidden-closed',
    path: ELECTION,
    services: () => {
      shownAs('closed', { ...gone, resultsPolicy: 'after-close' });
      upstream.publish(snapshot({ version: 12_438, contests: null }));
    },
    reach: page => page.getByText('Voting has ended. The results appear here').waitFor(),
  },
  {
    name: 'results-few',
    path: ELECTION,
    services: () => {
      shownAs('open', { privacyThreshold: 20_000 });
      upstream.publish(snapshot({ version: 12_438, contests: null }));
    },
    reach: page => page.getByText('20,000').first().waitFor(),
  },
  {
    name: 'results-away',
    path: ELECTION,
    reach: async page => {
      await page.locator('.row').first().waitFor();
      upstream.cutStreams();
      upstream.fail(true);
      await page.getByText('Reconnecting…').waitFor();
    },
  },
  {
    name: 'results-official',
    path: ELECTION,
    services: () => closed(officialResults())(),
    reach: page => page.getByText('Official', { exact: true }).waitFor(),
  },
  {
    name: 'results-doubtful',
    path: ELECTION,
    services: () => closed({ ...officialResults(), counted: 1 })(),
    reach: page => page.getByText('Signature does not hold').waitFor(),
  },
  {
    name: 'results-annulled',
    path: ELECTION,
    services: () => {
      const annulled = { reason: 'Ballots were misprinted.', at: '2022-05-09T10:00:00.000Z' };
      upstream.publish(snapshot({ version: 12_438, annulled }));
    },
    reach: page => heading(page, 'This election was annulled'),
  },
  {
    name: 'results-polled',
    path: ELECTION,
    services: () => upstream.cutStreams(),
    reach: page => page.getByText('Asking every 2 s').waitFor(),
  },
  { name: 'screen', path: `${ELECTION}/screen`, reach: page => page.locator('.row').first().waitFor() },
  {
    name: 'screen-contests',
    path: `${ELECTION}/screen`,
    services: () => {
      const { contests } = edinburgh();
      shownAs('open', { contests: [...contests, council] });
      const options = council.options.map(({ id }, place) => ({ id, votes: 40 - place }));
      const counted = snapshot({ version: 12_438 }).contests ?? [];
      upstream.publish(snapshot({ version: 12_439, contests: [...counted, { id: 'council', options }] }));
    },
    reach: page => page.getByRole('button', { name: 'Take turns' }).waitFor(),
  },
  {
    name: 'screen-hidden',
    path: `${ELECTION}/screen`,
    services: () => {
      shownAs('open', { resultsPolicy: 'after-close' });
      upstream.publish(snapshot({ version: 12_438, contests: null }));
    },
    reach: page => page.getByText('stay hidden until it closes').waitFor(),
  },
  { name: 'flow', path: `${ELECTION}/flow`, reach: page => page.getByTestId('flow-picture').waitFor() },
  {
    name: 'flow-table',
    path: `${ELECTION}/flow`,
    reach: async page => {
      await page.getByRole('radio', { name: 'Table' }).check();
      await page.getByRole('table', { name: 'Processors' }).waitFor();
    },
  },
  {
    name: 'flow-waiting',
    path: `${ELECTION}/flow`,
    services: () => upstream.tell('flow', { ...flow(), window: null, replicaLagMillis: 240 }),
    reach: page => page.getByText('Waiting until enough votes').waitFor(),
  },
  {
    name: 'flow-none',
    path: `${ELECTION}/flow`,
    services: closed(),
    reach: page => heading(page, 'Nothing to see behind the scenes now'),
  },
  { name: 'check', path: '/check', reach: page => heading(page, 'Check a receipt') },
  {
    name: 'check-unreadable',
    path: '/check',
    reach: async page => {
      await paste(page, 'not a receipt');
      await page.getByText('This is not a receipt.').waitFor();
    },
  },
  {
    name: 'check-not-genuine',
    path: '/check',
    reach: async page => {
      await paste(page, JSON.stringify(receipt));
      await page.getByTestId('verdict').waitFor();
    },
  },
  {
    name: 'check-no-such-election',
    path: '/check',
    reach: async page => {
      await paste(page, JSON.stringify({ ...receipt, electionId: 'nobody-knows-this' }));
      await page.getByText('There is no such election').waitFor();
    },
  },
  {
    name: 'check-away',
    path: `/check#election=edinburgh-2022-ward-16&vote=${receipt.voteId}`,
    reach: async page => {
      upstream.fail(true);
      await page.reload();
      await page.getByText('The results service does not answer').waitFor();
    },
  },
  { name: 'statement', path: '/statement', reach: page => heading(page, 'Statement about a vote') },
  {
    name: 'no-receipt',
    path: `${ELECTION}/receipt`,
    reach: page => heading(page, 'This device keeps no receipt'),
  },
  { name: 'ballot', path: `${ELECTION}/vote`, reach: page => heading(page, 'Your ballot') },
  {
    name: 'ballot-to-come',
    path: `${ELECTION}/vote`,
    services: () => shownAs('scheduled', toCome),
    reach: page => page.getByText('Voting has not begun.').waitFor(),
  },
  {
    name: 'ballot-over',
    path: `${ELECTION}/vote`,
    services: () => shownAs('closed', gone),
    reach: page => heading(page, 'Voting has ended'),
  },
  {
    name: 'ballot-full',
    path: `${ELECTION}/vote`,
    services: () => shownAs('open', { contests: [council] }),
    reach: async page => {
      for (const name of ['Ada', 'Bob']) await page.getByRole('checkbox', { name }).check();
      await page.getByText('All 2 are marked.').waitFor();
    },
  },
  {
    name: 'signed-in-vainly',
    path: '/signed-in?code=stolen&state=guessed',
    reach: page => heading(page, 'You could not be signed in'),
  },
  {
    name: 'no-such-election',
    path: '/elections/nobody-knows-this',
    reach: page => heading(page, 'There is no such election'),
  },
  { name: 'nowhere', path: '/nowhere', reach: page => heading(page, 'There is nothing at this address') },
  {
    name: 'services-away',
    path: '/',
    services: () => upstream.fail(true),
    reach: page => heading(page, 'The elections can’t be reached'),
  },
];

/** What the services say in every state, before the state's own. */
function reset(): void {
  const minutesAgo = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString();
  upstream.fail(false);
  upstream.allowStreams();
  upstream.show(edinburgh({ resultsKeys }), 'open');
  upstream.publish(snapshot({ version: 12_437 }));
  upstream.tell('flow', flow());
  upstream.tell('issued', { issued: 12_500, exact: false, roll: 24_866 });
  upstream.tell('results/document', undefined);
  upstream.tell('results/course', {
    points: [60, 45, 30, 15, 5].map((minutes, index) => ({
      at: minutesAgo(minutes),
      counted: 2_400 * index,
    })),
  });
}

type Look = { readonly context: BrowserContextOptions; readonly preferences?: readonly string[] };

/** Visits every state in one look of the page. */
async function visit(
  { context: options, preferences = [] }: Look,
  look: (page: Page, state: State) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  await context.addInitScript(keys => {
    for (const key of keys) localStorage.setItem(`suffrage:${key}`, 'yes');
  }, preferences);
  for (const state of states) {
    const { path, services, reach } = state;
    reset();
    services?.();
    const page = await context.newPage();
    await page.goto(`${web.origin}${path}`);
    await reach(page);
    await look(page, state);
    await page.close();
  }
  await context.close();
}

test('axe finds nothing wrong in any state, light or dark, each fits at three widths, and pictures are kept', async () => {
  const seen = new Set<string>();
  await visit({ context: {} }, async (page, { name, path }) => {
    // On the glows each view once: its states are made of the same parts.
    await expectEveryLook(page, name, seen.has(path) ? ['--page'] : undefined);
    seen.add(path);
  });
});

test('axe finds nothing wrong in high contrast, with large text, on a phone', async () => {
  const context = { colorScheme: 'dark', viewport: { width: 320, height: 640 } } as const;
  await visit({ context, preferences: ['high-contrast', 'large-text'] }, async (page, { name }) => {
    await expectAccessible(page, name);
    await expectWithin(page, name, 320);
  });
});

test('axe finds nothing wrong from right to left', async () => {
  reset();
  const context = await browser.newContext({ locale: 'ar', reducedMotion: 'reduce' });
  for (const path of ['/', ELECTION, `${ELECTION}/flow`, `${ELECTION}/screen`, '/check', '/statement']) {
    const page = await context.newPage();
    await page.goto(`${web.origin}${path}`);
    await page.getByRole('heading', { level: 1 }).and(page.locator(':not([role=status] *)')).waitFor();
    await expectAccessible(page, path);
    await page.close();
  }
  await context.close();
});
