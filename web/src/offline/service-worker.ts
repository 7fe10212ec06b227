import { whichAnswer } from './which-answer.ts';

/**
 * Keeps the page itself on the device, so that it opens without a network, and nothing else. A newer one takes over when no
 * tab shows the page any more: until then tabs may still need files of the older.
 */

/** The part of a service worker's scope that is used here: TypeScript's libraries for pages and workers exclude each other. */
type Scope = {
  readonly location: Location;
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
};
type Extendable = { waitUntil(work: Promise<unknown>): void };
type FetchEvent = { readonly request: Request; respondWith(answer: Promise<Response>): void };

/** The build replaces it: the files of the page, and a name that changes with them. */
declare const SHELL: { readonly name: string; readonly files: readonly string[] };

declare const self: Scope;

const kept = new Set(SHELL.files);

self.addEventListener('install', event => {
  event.waitUntil(caches.open(SHELL.name).then(cache => cache.addAll([...SHELL.files])));
});

self.addEventListener('activate', event => event.waitUntil(forgetOthers()));

self.addEventListener('fetch', event => {
  const { request } = event;
  switch (whichAnswer(request, self.location.origin, kept)) {
    case 'network':
      return;
    case 'shell-if-offline':
      return event.respondWith(fetch(request).catch(async () => (await keptAnswer('/')) ?? Response.error()));
    case 'kept-first':
      return event.respondWith(keptAnswer(request).then(answer => answer ?? fetch(request)));
  }
});

async function keptAnswer(request: Request | string): Promise<Response | undefined> {
  return (await caches.open(SHELL.name)).match(request);
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name !== SHELL.name).map(name => caches.delete(name)));
}
