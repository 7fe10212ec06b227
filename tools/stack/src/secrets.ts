import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files (mode 0600) that services get their secrets from. None ever appears in arguments, variables or logs. */
export interface SecretFiles {
  readonly directory: string;
  /** Ingestion's Ed25519 key that certifies receipts, PKCS#8 PEM. */
  readonly receiptKey: string;
  /** Its public key, PEM (SPKI). */
  readonly receiptPublicKeys: string;
  /** The aggregator's Ed25519 key that signs results, PKCS#8 PEM. */
  readonly resultsKey: string;
  /** Its public key, PEM (SPKI). */
  readonly resultsPublicKeys: string;
  /** An Ed25519 key that signs the reports of `make audit`, PKCS#8 PEM; no service gets it. */
  readonly auditorKey: string;
  /** Its public key, PEM (SPKI). */
  readonly auditorPublicKey: string;
  /** 32 random bytes in base64, the registrar's. */
  readonly electionKeysSecret: string;
  /** 32 random bytes in base64: keys the hashes of voters' codes. */
  readonly codeKey: string;
  /** Lines `name token`. */
  readonly managerTokens: string;
  /** One postgresql:// URL per line, one line per shard's database. */
  readonly votesDatabases: string;
  readonly registrarDatabase: string;
  /** PostgreSQL's superuser, for the stack itself; no service gets it. */
  readonly adminDatabase: string;
  readonly redisUrl: string;
  /** The registrar's own user and database in Redis. */
  readonly limitsRedisUrl: string;
}

export function secretFiles(dataDirectory: string): SecretFiles {
  const directory = join(dataDirectory, 'secrets');
  const file = (name: string): string => join(directory, name);
  return {
    directory,
    receiptKey: file('receipt.key'),
    receiptPublicKeys: file('receipt-public-keys.pem'),
    resultsKey: file('results.key'),
    resultsPublicKeys: file('results-public-keys.pem'),
    auditorKey: file('auditor.key'),
    auditorPublicKey: file('auditor-public-key.pem'),
    electionKeysSecret: file('election-keys.secret'),
    codeKey: file('code.key'),
    managerTokens: file('manager-tokens'),
    votesDatabases: file('votes-databases'),
    registrarDatabase: file('registrar-database'),
    adminDatabase: file('admin-database'),
    redisUrl: file('redis-url'),
    limitsRedisUrl: file('limits-redis-url'),
  };
}

/** Where PostgreSQL and Redis are, as `host:port`. */
export type ServerAddresses = { readonly postgres: string; readonly redis: string };

/** Makes what is missing and keeps what there is; only the addresses in the URLs follow the ones given. */
export function createSecrets(dataDirectory: string, servers: ServerAddresses): SecretFiles {
  const files = secretFiles(dataDirectory);
  mkdirSync(files.directory, { recursive: true, mode: 0o700 });
  chmodSync(files.directory, 0o700);

  writeKeyPair(files.receiptKey, files.receiptPublicKeys);
  writeKeyPair(files.resultsKey, files.resultsPublicKeys);
  writeKeyPair(files.auditorKey, files.auditorPublicKey);
  writeOnce(files.electionKeysSecret, () => `${randomBytes(32).toString('base64')}\n`);
  writeOnce(files.codeKey, () => `${randomBytes(32).toString('base64')}\n`);
  writeOnce(files.managerTokens, () => `demo ${newPassword()}\n`);
  const database = (role: string) => `postgresql://${role}:${newPassword()}@${servers.postgres}/${role}`;
  writeUrl(files.votesDatabases, servers.postgres, () => database('suffrage_votes'));
  writeUrl(files.registrarDatabase, servers.postgres, () => database('suffrage_registrar'));
  writeUrl(
    files.adminDatabase,
    servers.postgres,
    () => `postgresql://postgres:${newPassword()}@${servers.postgres}/postgres`,
  );
  writeUrl(files.redisUrl, servers.redis, () => `redis://:${newPassword()}@${servers.redis}/0`);
  writeUrl(
    files.limitsRedisUrl,
    servers.redis,
    () => `redis://registrar:${newPassword()}@${servers.redis}/1`,
  );
  return files;
}

export function readSecret(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

/** The token that a person types in to manage elections of this stack. */
export function managerToken(dataDirectory: string): string {
  const [, token = ''] = readSecret(secretFiles(dataDirectory).managerTokens).split(/\s+/);
  return token;
}

/** Replaced in one step, so that nobody reads half of it and an interruption leaves the old one. */
export function writeSecret(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Ed25519, PEM. */
function writeKeyPair(privateFile: string, publicFile: string): void {
  if (existsSync(privateFile) && existsSync(publicFile)) return;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeSecret(publicFile, publicKey.export({ type: 'spki', format: 'pem' }).toString());
  // Last: its presence says that both are there.
  writeSecret(privateFile, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

function writeOnce(file: string, text: () => string): void {
  if (!existsSync(file)) writeSecret(file, text());
}

/** URLs hold a password, which stays, and an address, which may differ from one start to the next (tests). */
function writeUrl(file: string, address: string, create: () => string): void {
  writeOnce(file, () => `${create()}\n`);
  const url = new URL(readSecret(file));
  if (url.host === address) return;
  url.host = address;
  writeSecret(file, `${url.href}\n`);
}

/** 192 bits, of characters that need no escape in a URL or a configuration file. */
function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
