import type { ClientConfig } from 'pg';
import type { Log } from '../log.ts';
import { type ClientTls, clientTlsOf } from '../tls/follow-files.ts';
import type { TlsPaths } from '../tls/settings.ts';

/** `undefined`: as the URL says (`sslmode`), plain by default. @throws Error when the files can't be used. */
export function databaseTls(config: TlsPaths<'SUFFRAGE_DATABASE'>, log: Log): ClientTls | undefined {
  return clientTlsOf('SUFFRAGE_DATABASE', config, log);
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
