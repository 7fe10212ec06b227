import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { launchChromium } from '@suffrage/test/chromium';
import { type Account, type OpenIdProvider, startOpenIdProvider } from '@suffrage/test/openid-provider';
import { until } from '@suffrage/test/poll';
import { registrarApi } from '@suffrage/test/registrar-api';
import { openTestbed, type RegistrarOptions } from '@suffrage/test/testbed';
import { hearComplaints } from './complaints.ts';
import { buildPage } from './built-page.ts';
import { listen } from './listen.ts';
import { startTestWeb } from './web.ts';

/** The built page in real browsers, on the real services. */
export type VotingRoom = Awaited<ReturnType<typeof openVotingRoom>>;

type Options = {
  /** Who can sign in at a provider of the room's own, and what it says of them; without it nobody can. */
  readonly accounts?: Readonly<Record<string, Account>>;
  /** How long their access tokens last; the page may renew them. */
  readonly tokenSeconds?: number;
  /** Settings of the registrar. */
  readonly settings?: NonNullable<RegistrarOptions['settings']>;
};

export async function openVotingRoom({ accounts, tokenSeconds = 300, settings = {} }: Options = {}) {
  const pageDirectory = await buildPage();
  const browser: Browser = await launchChromium();
  const bed = await openTestbed();
  const port = await freePort();
  const provider =
    accounts &&
    (await startOpenIdProvider({ accounts, tokenSeconds, pages: [`http://127.0.0.1:${port}/signed-in`] }));
  if (provider) bed.lifecycle.onClose('provider', () => provider.close());
  const signIn = provider ? signInSettings(provider) : {};
  const registrar = await bed.registrar({ settings: { ...signIn, ...settings } });
  const ingestion = await bed.ingestion();
  await bed.processor();
  const aggregator = await bed.aggregator(registrar.url);
  const api = registrarApi(registrar.url);
  const upstreams = { ingestion: [ingestion.url], results: [aggregator.url], registrar: [registrar.url] };
  const signInOrigins = provider ? [provider.issuer] : [];
  const web = await startTestWeb(upstreams, pageDirectory, { port, signInOrigins });
  const contexts: BrowserContext[] = [];
  /** What the browsers complained about, and what they asked for, since the last `clear`. */
  const complaints: string[] = [];
  const requests: Request[] = [];

  async function newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    contexts.push(context);
    context.on('request', request => requests.push(request));
    return context;
  }

  return {
    api,
    pageDirectory,
    complaints,
    requests,
    newContext,
    async open(path: string, context?: BrowserContext): Promise<Page> {
      const page = await (context ?? (await newContext())).newPage();
      hearComplaints(page, complaints);
      await page.goto(`${web.origin}${path}`);
      return page;
    },
    casts: () => requests.filter(one => one.method() === 'POST' && one.url().endsWith('/votes')),
    /** An election that is open to everybody, and known to the services. */
    async hold(id: string, change: object = {}): Promise<void> {
      await api.create(id, { eligibility: 'open', ...change });
      await api.open(id);
      const known = async () => (await fetch(`${aggregator.url}/v1/elections/${id}/results`)).ok;
      await until(`the results service knows ${id}`, known);
    },
    /** Closes all browsers' windows. @throws Error when one of them asked anybody but this page and its providers. */
    async clear(): Promise<void> {
      for (const context of contexts.splice(0)) await context.close();
      const ours = [web.origin, ...signInOrigins];
      const strangers = requests
        .map(one => new URL(one.url()))
        .filter(({ origin, protocol }) => protocol.startsWith('http') && !ours.includes(origin));
      if (strangers.length > 0) throw new Error(`the page went elsewhere: ${strangers.join(', ')}`);
      complaints.length = 0;
      requests.length = 0;
    },
    async close(): Promise<void> {
      await browser.close();
      await web.close();
      await bed.close();
      await rm(pageDirectory, { recursive: true });
    },
  };
}

function signInSettings({ issuer, audience, clientId, votersClientId }: OpenIdProvider) {
  return {
    SUFFRAGE_OIDC_ISSUER: issuer,
    SUFFRAGE_OIDC_AUDIENCE: audience,
    SUFFRAGE_OIDC_CLIENT_ID: clientId,
    SUFFRAGE_OIDC_SCOPES: 'openid offline_access elections',
    SUFFRAGE_VOTER_OIDC_ISSUER: issuer,
    SUFFRAGE_VOTER_OIDC_AUDIENCE: votersClientId,
    // Clocks are the same here: a token that has ended is refused at once.
    SUFFRAGE_OIDC_CLOCK_TOLERANCE: 0,
  };
}

/** Providers know the page's address before the page is there. */
async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await listen(server));
  await new Promise(resolve => server.close(resolve));
  return Number(port);
}

export const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

export async function chooseAndReview(page: Page, option: string): Promise<void> {
  await page.getByRole('radio', { name: option, exact: true }).check();
  await press(page, 'Continue');
  await heading(page, 'Review your vote');
}

/** The ID of the vote, once its receipt is shown and says that it is counted. */
export async function counted(page: Page): Promise<string> {
  await page.getByTestId('outcome').filter({ hasText: 'Your vote is counted.' }).waitFor();
  return page.getByTestId('vote-id').innerText();
}
