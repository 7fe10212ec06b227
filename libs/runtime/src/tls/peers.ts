import { Agent, buildConnector, fetch } from 'undici';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { type ClientTls, clientTlsOf } from './follow-files.ts';
import type { TlsPaths } from './settings.ts';

/** For `https:` calls to other services of the suite. `undefined`: without a certificate. @throws Error when the files can't be used. */
export function peerTls(config: TlsPaths<'SUFFRAGE_PEER'>, log: Log): ClientTls | undefined {
  return clientTlsOf('SUFFRAGE_PEER', config, log);
}

/** How an agent of undici connects: with the certificates of that moment, and without sessions of older ones. */
export function connectPeer(tls: ClientTls | undefined, timeout: number): buildConnector.connector {
  if (!tls) return buildConnector({ timeout });
  return (options, callback) =>
    buildConnector({ timeout, maxCachedSessions: 0, secureContext: tls.secureContext })(options, callback);
}

const CONNECT_MILLIS = 2_000;

export type PeerFetch = (
  url: URL,
  options: { readonly signal: AbortSignal },
) => Promise<{ readonly ok: boolean; json(): Promise<unknown> }>;

/** `fetch` to other services. */
export function createPeerFetch(tls: ClientTls | undefined, lifecycle: Lifecycle): PeerFetch {
  const dispatcher = new Agent({ connect: connectPeer(tls, CONNECT_MILLIS) });
  lifecycle.onClose('connections to other services', () => dispatcher.destroy());
  return (url, options) => fetch(url, { ...options, dispatcher });
}
