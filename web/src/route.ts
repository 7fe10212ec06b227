import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'elections' }
  | { readonly page: 'election'; readonly id: string }
  | { readonly page: 'nowhere' };

/** The server answers these addresses with the page: `server/page.ts`. */
export function readRoute(path: string): Route {
  if (path === '/') return { page: 'elections' };
  const [, id] = /^\/elections\/([a-z0-9-]{1,63})\/?$/.exec(path) ?? [];
  return id === undefined ? { page: 'nowhere' } : { page: 'election', id };
}

const NAVIGATED = 'suffrage:navigated';

/** Goes to another address of the page without loading it again. */
export function navigate(path: string): void {
  window.history.pushState(null, '', path);
  window.dispatchEvent(new Event(NAVIGATED));
  window.scrollTo(0, 0);
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener('popstate', onChange);
  window.addEventListener(NAVIGATED, onChange);
  return () => {
    window.removeEventListener('popstate', onChange);
    window.removeEventListener(NAVIGATED, onChange);
  };
}
