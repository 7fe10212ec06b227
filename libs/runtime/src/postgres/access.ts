import type { ClientConfig } from 'pg';
import type { Log } from '../log.ts';
import { type ClientTls, clientTls } from '../tls/follow-files.ts';

type DatabaseFiles = {
  readonly SUFFRAGE_DATABASE_CA_FILE?: string | undefined;
  readonly SUFFRAGE_DATABASE_CERTIFICATE_FILE?: string | undefined;
  readonly SUFFRAGE_DATABASE_KEY_FILE?: string | undefined;
};

/** `undefined`: as the URL says (`sslmode`), plain by default. @throws Error when the files can't be used. */
export function databaseTls(config: DatabaseFiles, log: Log): ClientTls | undefined {
  const files = {
    ca: config.SUFFRAGE_DATABASE_CA_FILE,
    certificate: config.SUFFRAGE_DATABASE_CERTIFICATE_FILE,
    key: config.SUFFRAGE_DATABASE_KEY_FILE,
  };
  return Object.values(files).some(file => file !== undefined) ? clientTls(files, log) : undefined;
}

/**
 * Where a client of `pg` connects to. With `tls` the server must show a certificate for the host of the URL (libpq calls it
 * `verify-full`), whatever `sslmode` the URL has.
 */
export function databaseAt(
  url: string,
  tls: ClientTls | undefined,
): Pick<ClientConfig, 'connectionString' | 'ssl'> {
  if (!tls) return { connectionString: url };
  const address = new URL(url);
  const names = [...address.searchParams.keys()].filter(name => /^(ssl|uselibpqcompat)/.test(name));
  for (const name of names) address.searchParams.delete(name);
  return { connectionString: address.href, ssl: forHost(address.hostname.replaceAll(/[[\]]/g, ''), tls) };
}

/** `pg` copies its members at each connection. Of an address it would not say which one is to be verified. */
function forHost(host: string, tls: ClientTls): NonNullable<ClientConfig['ssl']> {
  return {
    host,
    get secureContext() {
      return tls.secureContext;
    },
  };
}
