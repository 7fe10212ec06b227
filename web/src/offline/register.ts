/// <reference types="vite/client" />

const SCRIPT = '/service-worker.js';

/** The part of Trusted Types that is needed here; not every browser has it, nor TypeScript's library. */
type TrustedTypes = {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string };
};

/** Without it the page works as before, save offline: whatever keeps a browser from it is no reason to complain. */
export function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const register = () => void navigator.serviceWorker.register(trusted(SCRIPT)).catch(() => undefined);
  if (document.readyState === 'complete') register();
  else window.addEventListener('load', register, { once: true });
}

declare const trustedTypes: TrustedTypes | undefined;

/** The Content-Security-Policy takes no text as the address of a script unless a policy of the page vouches for it. */
function trusted(url: string): string {
  if (typeof trustedTypes === 'undefined') return url;
  const policy = trustedTypes.createPolicy('service-worker', {
    createScriptURL: asked => {
      if (asked !== SCRIPT) throw new TypeError('only the service worker is a script');
      return asked;
    },
  });
  return policy.createScriptURL(url);
}
