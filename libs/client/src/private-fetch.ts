/** `fetch`, or what a test puts between. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Goes with every request: no cookie, no credential of the browser, no address of the page. A redirect is refused, because
 * it would carry a vote or a token to somebody else. Trace context is never added: a common trace ID would tie the request
 * for a token to the vote.
 */
export const NOTHING_OF_THE_VOTER = {
  credentials: 'omit',
  referrerPolicy: 'no-referrer',
  cache: 'no-store',
  redirect: 'error',
} as const satisfies RequestInit;

/** Looked up at each call, so that it has the right `this` in browsers. */
export const systemFetch: Fetch = (url, init) => globalThis.fetch(url, init);

const LONGEST_RETRY_AFTER_SECONDS = 300;

/** Milliseconds of a `Retry-After` in seconds; 0 without one, or in another form. */
export function retryAfterMillis(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? 0);
  return seconds > 0 ? Math.min(seconds, LONGEST_RETRY_AFTER_SECONDS) * 1_000 : 0;
}
