import type { Server, TlsOptions } from 'node:tls';
import type { Log } from '../log.ts';
import { followFiles } from './follow-files.ts';
import type { TlsMaterial } from './read-tls.ts';
import { filesOf, type TlsPaths } from './settings.ts';

/** What our own servers need to be encrypted. */
export type ServedTls = { readonly options: TlsOptions; readonly material: () => TlsMaterial };

/** Whoever connects and says nothing holds a connection that others could have. */
const HANDSHAKE_MILLIS = 5_000;
const LOOK_MILLIS = 1_000;

/** `undefined`: served plain. @throws Error when the files can't be used. */
export function servedTls(config: TlsPaths<'SUFFRAGE_TLS'>, log: Log): ServedTls | undefined {
  const files = filesOf('SUFFRAGE_TLS', config);
  if (files.certificate === undefined) return undefined;
  const followed = followFiles(files, log);
  const clientsNeedOne = files.ca !== undefined;
  const options = {
    ...followed.material(),
    requestCert: clientsNeedOne,
    rejectUnauthorized: clientsNeedOne,
    handshakeTimeout: HANDSHAKE_MILLIS,
  };
  return { options, material: followed.material };
}

/**
 * Connections that are made after a replacement of the files get the new certificate, and are held against the new
 * authorities; those that are open go on. Looks once a second, as long as the server is open.
 */
export function followCertificates(server: Server, { material }: ServedTls): void {
  let last = material();
  server.setSecureContext(last);
  const look = setInterval(() => {
    const now = material();
    if (now === last) return;
    last = now;
    server.setSecureContext(now);
  }, LOOK_MILLIS);
  look.unref();
  server.once('close', () => clearInterval(look));
}
