import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import type { Infrastructure } from '@suffrage/stack/infrastructure';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Issued } from './certificates.ts';

/** What the servers trust and show, PEM. */
type Shown = Issued & { readonly ca: string };

/** Gives Kafka, PostgreSQL and Redis other certificates, as their operators do: each reads its files anew, none restarts. */
export async function renewServers(infrastructure: Infrastructure, shown: Shown): Promise<void> {
  await Promise.all([
    renewKafka(infrastructure, shown),
    renewPostgres(infrastructure, shown),
    renewRedis(infrastructure, shown),
  ]);
}

/** Ends every connection that began with older certificates. */
export async function endConnections({ postgres, redis, kafka }: Infrastructure): Promise<void> {
  await asSuperuser(
    postgres.adminUrl,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where backend_type = 'client backend' and pid <> pg_backend_pid()`,
  );
  await asRedis(redis.url, async client => {
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  });
  for (const broker of kafka.brokers) await broker.restart();
}

async function renewKafka({ dataDirectory, kafka }: Infrastructure, shown: Shown): Promise<void> {
  const directory = join(dataDirectory, 'encryption');
  const keystore = join(directory, 'kafka-keystore.pem');
  const truststore = join(directory, 'kafka-truststore.pem');
  await writeFile(keystore, `${shown.key}\n${shown.certificate}`);
  await writeFile(truststore, shown.ca);
  const admin = new Admin({ clientId: 'renew', bootstrapBrokers: [...kafka.addresses] });
  const [set, broker] = [0, 4] as const;
  // The paths are the same: naming them again has the broker look whether the files are others.
  const configs = [
    { name: 'listener.name.ssl.ssl.truststore.location', value: truststore },
    { name: 'listener.name.ssl.ssl.keystore.location', value: keystore },
  ].map(config => ({ ...config, configOperation: set }));
  await admin.incrementalAlterConfigs({
    resources: [{ resourceType: broker, resourceName: '1', configs }],
  });
  await admin.close();
}

async function renewPostgres({ dataDirectory, postgres }: Infrastructure, shown: Shown): Promise<void> {
  await writeFiles(join(dataDirectory, 'postgres'), shown);
  await asSuperuser(postgres.adminUrl, 'select pg_reload_conf()');
}

async function renewRedis({ dataDirectory, redis }: Infrastructure, shown: Shown): Promise<void> {
  const directory = join(dataDirectory, 'redis');
  await writeFiles(directory, shown);
  const named = Object.entries({ cert: 'server.pem', key: 'server.key', 'ca-cert': 'ca.pem' });
  await asRedis(redis.url, client =>
    client.call(
      'CONFIG',
      'SET',
      ...named.flatMap(([name, file]) => [`tls-${name}-file`, join(directory, file)]),
    ),
  );
}

/** In place: the files keep their owners. */
async function writeFiles(directory: string, { ca, certificate, key }: Shown): Promise<void> {
  await writeFile(join(directory, 'ca.pem'), ca);
  await writeFile(join(directory, 'server.pem'), certificate);
  await writeFile(join(directory, 'server.key'), key);
}

async function asSuperuser(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function asRedis(url: string, use: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url);
  await use(client).finally(() => client.disconnect());
}
