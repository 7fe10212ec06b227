import { Agent, buildConnector, fetch } from 'undici';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import { type ClientTls, clientTls } from './follow-files.ts';

type PeerFiles = {
  readonly SUFFRAGE_PEER_CA_FILE?: string | undefined;
  readonly SUFFRAGE_PEER_CERTIFICATE_FILE?: string | undefined;
  readonly SUFFRAGE_PEER_KEY_FILE?: string | undefined;
};

/** For `https:` calls to other services of the suite. `undefined`: without a certificate. @throws Error when the files can't be used. */
export function peerTls(config: PeerFiles, log: Log): ClientTls | undefined {
  const files = {
    ca: config.SUFFRAGE_PEER_CA_FILE,
    certificate: config.SUFFRAGE_PEER_CERTIFICATE_FILE,
    key: config.SUFFRAGE_PEER_KEY_FILE,
  };
  return Object.values(files).some(file => file !== undefined) ? clientTls(files, log) : undefined;
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
