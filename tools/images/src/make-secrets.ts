import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { redisSettings } from '@suffrage/stack/redis';
import { createSecrets, readSecret, type SecretFiles } from '@suffrage/stack/secrets';

const USAGE = `Makes all keys and passwords of an installation, once, and gives each service those that it needs.

  make-secrets [options]

  --directory DIR        where to (default /secrets): all of them in DIR/all, those of one service in DIR/NAME
  --postgres HOST:PORT   where the services find PostgreSQL (default postgres:5432)
  --standby HOST:PORT    where its standby is (default postgres-standby:5432)
  --redis HOST:PORT      where they find Redis (default redis:6379)
  --help

What is there is kept. For installations that have no better place for secrets.
`;

/** Read by the users of other images: in a directory that nobody else mounts. */
const READABLE = 0o444;
const OWN = 0o400;
const REDIS_PORT = 6379;

export function makeSecrets(args: readonly string[]): void {
  const { values } = parseArgs({
    args: [...args],
    options: {
      directory: { type: 'string', default: '/secrets' },
      postgres: { type: 'string', default: 'postgres:5432' },
      standby: { type: 'string', default: 'postgres-standby:5432' },
      redis: { type: 'string', default: 'redis:6379' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const { directory, postgres, standby, redis } = values;
  const files = createSecrets(join(directory, 'all'), { postgres, redis });
  for (const [service, needed] of Object.entries(needs(files)))
    for (const file of needed) give(file, join(directory, service));
  const replica = new URL(readSecret(files.votesDatabases));
  replica.host = standby;
  write(join(directory, 'aggregator', 'votes-replicas'), `${replica.href}\n`, OWN);
  write(join(directory, 'redis', 'redis.conf'), redisSettings('* -::*', REDIS_PORT, files), READABLE);
  const { password } = new URL(readSecret(files.adminDatabase));
  write(join(directory, 'postgres', 'password'), `${password}\n`, READABLE);
  process.stdout.write(`the secrets are in ${directory}\n`);
}

/** Who gets what. The registrar's database and the votes' never meet in one service. */
function needs(files: SecretFiles): Record<string, readonly string[]> {
  return {
    ingestion: [files.receiptKey],
    processor: [files.votesDatabases, files.redisUrl],
    aggregator: [files.votesDatabases, files.redisUrl, files.resultsKey],
    registrar: [
      files.registrarDatabase,
      files.managerTokens,
      files.electionKeysSecret,
      files.codeKey,
      files.limitsRedisUrl,
      files.receiptPublicKeys,
      files.resultsPublicKeys,
    ],
  };
}

function give(file: string, directory: string): void {
  write(join(directory, basename(file)), readSecret(file), OWN);
}

/** In one step: a service that starts meanwhile sees the old or the new one. */
function write(file: string, text: string, mode: number): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.new`, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
  chmodSync(`${file}.new`, mode);
  renameSync(`${file}.new`, file);
}
