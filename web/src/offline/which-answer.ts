/**
 * Where the service worker takes an answer from. `network`: not its business. `shell-if-offline`: an address of the page.
 * `kept-first`: a file whose name changes with its content, or one that the page was installed with.
 */
export type Source = 'network' | 'shell-if-offline' | 'kept-first';

type Asked = { readonly method: string; readonly url: string; readonly mode: string };

/** Nothing that a service answers is ever kept: neither totals, which would be old, nor what a voter asked. */
export function whichAnswer({ method, url, mode }: Asked, origin: string, kept: ReadonlySet<string>): Source {
  const { origin: askedOrigin, pathname, search } = new URL(url);
  if (method !== 'GET' || askedOrigin !== origin) return 'network';
  if (pathname === '/api' || pathname.startsWith('/api/')) return 'network';
  if (mode === 'navigate') return 'shell-if-offline';
  return kept.has(pathname) && search === '' ? 'kept-first' : 'network';
}
