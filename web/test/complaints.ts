import type { Page } from 'playwright-core';

/** Adds to `complaints` what the page throws, and what it says in the console as a warning or an error. */
export function hearComplaints(page: Page, complaints: string[]): void {
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.text()} ${message.location().url}`.trim());
  });
}
