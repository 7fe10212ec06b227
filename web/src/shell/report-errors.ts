import { routes } from '../route.ts';

/** What is reported of an error: that there was one, of which kind, in which view. Never its text, nor the address. */
type Kind = 'error' | 'rejection' | 'part' | 'policy';

/** The first tell what is wrong; the rest are its echo. */
const MAX_REPORTS = 3;
let reports = 0;

export function reportErrors(): void {
  window.addEventListener('error', () => report('error'));
  window.addEventListener('unhandledrejection', () => report('rejection'));
  document.addEventListener('securitypolicyviolation', () => report('policy'));
}

export function report(kind: Kind): void {
  reports += 1;
  if (reports > MAX_REPORTS) return;
  void fetch('/page-errors', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind, view: viewOf(window.location.pathname) }),
    credentials: 'omit',
    keepalive: true,
  }).catch(() => undefined);
}

/** The name of a view, as `server/page-errors.ts` knows them. */
export function viewOf(path: string): string {
  const found = Object.entries(routes).find(([, route]) =>
    typeof route === 'string' ? route === path : route.test(path),
  );
  return found?.[0] ?? 'other';
}
