import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const CANDIDATES = [
  process.env.SUFFRAGE_CHROMIUM,
  join(import.meta.dirname, '../../.tools/bin/chromium'),
  '/usr/bin/chromium',
].filter(path => path !== undefined);

/** Headless Chromium of this machine. It talks to nobody but the page. @throws Error when there is none. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = CANDIDATES.find(path => existsSync(path));
  if (!executablePath) throw new Error('there is no Chromium: run tools/setup/setup.sh browser');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
