import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

/** The first of these that exists: a setting, the set-up's link, the system's. */
const CANDIDATES = [
  process.env.SUFFRAGE_CHROMIUM,
  fileURLToPath(new URL('../../.tools/bin/chromium', import.meta.url)),
  '/usr/bin/chromium',
];

/** @throws Error when there is no Chromium. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = CANDIDATES.find(path => path !== undefined && existsSync(path));
  if (executablePath === undefined)
    throw new Error('there is no Chromium: set SUFFRAGE_CHROMIUM to its path');
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
