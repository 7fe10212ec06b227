/**
 * The addresses of the page: wouter matches these patterns and hands `id` on. `server/page.ts` answers them with the page.
 * What is no id of an election is no address either.
 */
export const routes = {
  elections: '/',
  election: /^\/elections\/(?<id>[a-z0-9-]{1,63})\/?$/,
  vote: /^\/elections\/(?<id>[a-z0-9-]{1,63})\/vote\/?$/,
  receipt: /^\/elections\/(?<id>[a-z0-9-]{1,63})\/receipt\/?$/,
  screen: /^\/elections\/(?<id>[a-z0-9-]{1,63})\/screen\/?$/,
  flow: /^\/elections\/(?<id>[a-z0-9-]{1,63})\/flow\/?$/,
  check: '/check',
  statement: '/statement',
  manage: /^\/manage(?:\/.*)?$/,
  signedIn: '/signed-in',
} as const;

export const addresses = {
  elections: '/',
  election: (id: string) => `/elections/${id}`,
  vote: (id: string) => `/elections/${id}/vote`,
  receipt: (id: string) => `/elections/${id}/receipt`,
  screen: (id: string) => `/elections/${id}/screen`,
  flow: (id: string) => `/elections/${id}/flow`,
  statement: '/statement',
  check: '/check',
  manage: '/manage',
  signedIn: '/signed-in',
} as const;

/** A vote to look up, in the part of an address that no server and no log ever sees. */
export type Sought = { readonly electionId: string; readonly voteId: string };

export function checkAddress({ electionId, voteId }: Sought): string {
  return `/check#${new URLSearchParams({ election: electionId, vote: voteId })}`;
}

/** @param hash of the address, with `#`. */
export function readSought(hash: string): Sought | undefined {
  const said = new URLSearchParams(hash.slice(1));
  const electionId = said.get('election') ?? '';
  const voteId = said.get('vote') ?? '';
  const isWhole = /^[a-z0-9-]{1,63}$/.test(electionId) && /^[A-Za-z0-9_-]{43}$/.test(voteId);
  return isWhole ? { electionId, voteId } : undefined;
}
