import { rename, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLifecycle } from '@suffrage/runtime/lifecycle';
import { createLog } from '@suffrage/runtime/log';
import { databaseTls } from '@suffrage/runtime/postgres/access';
import { migrate } from '@suffrage/runtime/postgres/migrate';
import { openPool } from '@suffrage/runtime/postgres/pool';
import { connectRedis, redisAccess } from '@suffrage/runtime/redis';
import type { TlsFiles } from '@suffrage/runtime/tls/read-tls';
import { createAuthority } from '../support/certificates.ts';
import {
  type EncryptedServers,
  startEncryptedServers,
  type WrittenFiles,
  writeTls,
} from '../support/encrypted-servers.ts';
import { until } from '../support/poll.ts';

const log = createLog('test', 'test', 'silent');

let servers: EncryptedServers;
/** Of an authority that nobody here knows. */
let stranger: WrittenFiles;

beforeAll(async () => {
  servers = await startEncryptedServers();
  const other = await createAuthority('another authority');
  stranger = await writeTls(servers.directory, 'stranger', other.pem, await other.issue('client'));
}, 120_000);
afterAll(() => servers?.stop());

/** Name -> files, and what the refusal says. */
const refused = (): readonly (readonly [string, TlsFiles, RegExp])[] => [
  ['no certificate', { ca: servers.client.ca }, /certificate/],
  [
    'a certificate of another authority',
    { ...stranger, ca: servers.client.ca },
    /certificate|unknown ca|ECONNRESET/,
  ],
  ['another authority for the server', { ...servers.client, ca: stranger.ca }, /self-signed certificate/],
];

describe('PostgreSQL', () => {
  const open = async <T>(
    url: string,
    files: TlsFiles,
    use: (query: (sql: string) => Promise<unknown>) => Promise<T>,
  ) => {
    const lifecycle = createLifecycle(log);
    const tls = databaseTls(
      {
        SUFFRAGE_DATABASE_CA_FILE: files.ca,
        SUFFRAGE_DATABASE_CERTIFICATE_FILE: files.certificate,
        SUFFRAGE_DATABASE_KEY_FILE: files.key,
      },
      log,
    );
    const pool = openPool({ url, tls, application: 'test', max: 1, statementMillis: 5_000 }, log, lifecycle);
    try {
      return await use(async sql => (await pool.query(sql)).rows[0]);
    } finally {
      await lifecycle.close();
    }
  };
  const session = `select ssl, client_dn from pg_stat_ssl where pid = pg_backend_pid()`;

  test('connections of the pool are encrypted and show our certificate', async () => {
    const found = await open(servers.infrastructure.postgres.votesUrl, servers.client, query =>
      query(session),
    );
    expect(found).toEqual({ ssl: true, client_dn: '/CN=client' });
  });

  test('what the URL says of TLS can not weaken it', async () => {
    const url = `${servers.infrastructure.postgres.votesUrl}?sslmode=disable`;
    expect(await open(url, servers.client, query => query(session))).toMatchObject({ ssl: true });
  });

  test('a server whose certificate is for another host is not talked to', async () => {
    const elsewhere = await servers.authority.issue('elsewhere', {
      dns: ['localhost'],
      addresses: ['127.0.0.2'],
    });
    const secureContext = createSecureContext({ cert: elsewhere.certificate, key: elsewhere.key });
    // What comes before the handshake is all that it knows of PostgreSQL.
    const server = createServer(socket => {
      socket.once('data', () => {
        socket.write('S');
        new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => undefined);
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `postgresql://suffrage:x@127.0.0.1:${port}/suffrage`;
    await expect(open(url, servers.client, query => query('select 1'))).rejects.toThrow(
      /127.0.0.1 is not in the cert/,
    );
    server.close();
  });

  test('without the right certificate, or towards a stranger, there is no connection', async () => {
    for (const [name, files, reason] of refused()) {
      const message = await open(servers.infrastructure.postgres.votesUrl, files, query =>
        query('select 1'),
      ).then(
        () => 'served',
        (error: Error) => error.message,
      );
      expect(`${name}: ${message}`).toMatch(reason);
    }
  });

  test('migrations run over TLS', async () => {
    const tls = databaseTls({ SUFFRAGE_DATABASE_CA_FILE: stranger.ca }, log);
    const url = servers.infrastructure.postgres.votesUrl;
    await expect(migrate(url, servers.directory, log, tls)).rejects.toThrow(/self-signed certificate/);
  });
});

describe('Redis', () => {
  const url = () => {
    const address = new URL(servers.infrastructure.redis.url);
    address.protocol = 'rediss:';
    address.port = String(servers.ports.redis);
    return address.href;
  };
  const settings = ({ ca, certificate, key }: TlsFiles) => ({
    SUFFRAGE_REDIS_CA_FILE: ca,
    SUFFRAGE_REDIS_CERTIFICATE_FILE: certificate,
    SUFFRAGE_REDIS_KEY_FILE: key,
  });

  test('with a certificate commands are answered', async () => {
    const lifecycle = createLifecycle(log);
    const redis = connectRedis('test', redisAccess(url(), settings(servers.client), log), log, lifecycle);
    expect(await until('Redis answers', () => redis.ping())).toBe('PONG');
    await lifecycle.close();
  });

  test('without the right certificate, or towards a stranger, there is no connection', async () => {
    for (const [name, files, reason] of refused()) {
      const lifecycle = createLifecycle(log);
      const redis = connectRedis('test', redisAccess(url(), settings(files), log), log, lifecycle);
      const message = await new Promise<string>(resolve => {
        redis.once('ready', () => resolve('served'));
        redis.once('error', error =>
          resolve(`${error.message} ${'code' in error ? String(error.code) : ''}`),
        );
      });
      await lifecycle.close();
      expect(`${name}: ${message}`).toMatch(reason);
    }
  });

  test('a connection that is made anew shows the certificate that lies there by then', async () => {
    const other = await createAuthority('another authority');
    const files = await writeTls(
      servers.directory,
      'renewed',
      servers.authority.pem,
      await other.issue('client'),
    );
    const lifecycle = createLifecycle(log);
    const redis = connectRedis('test', redisAccess(url(), settings(files), log), log, lifecycle);
    await new Promise(resolve => redis.once('error', resolve));
    const good = await servers.authority.issue('client');
    for (const [path, text] of [
      [files.certificate, good.certificate],
      [files.key, good.key],
    ] as const) {
      await writeFile(join(servers.directory, 'next'), text);
      await rename(join(servers.directory, 'next'), path);
    }
    expect(await until('Redis answers', () => redis.ping())).toBe('PONG');
    await lifecycle.close();
  });

  test('certificates for a connection that is not encrypted are a mistake', () => {
    expect(() => redisAccess('redis://cache:6379', settings(servers.client), log)).toThrow(/rediss:/);
  });
});
