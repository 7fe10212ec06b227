import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { ConnectionOptions } from '@platformatic/kafka';
import type pg from 'pg';

const databaseFiles = `  SUFFRAGE_DATABASE_CA_FILE, SUFFRAGE_DATABASE_CERTIFICATE_FILE, SUFFRAGE_DATABASE_KEY_FILE
`;

/**
 * How the audit shows itself to brokers, databases and services: by the settings that the services have for it, from the environment,
 * so that no secret is an argument. Files are read at each connection, because a followed audit outlives certificates.
 */
export const encryptionUsage = `Encrypted connections, by the environment, as for the services:
  SUFFRAGE_KAFKA_CA_FILE, SUFFRAGE_KAFKA_CERTIFICATE_FILE, SUFFRAGE_KAFKA_KEY_FILE,
  SUFFRAGE_KAFKA_SASL (scram-sha-512, oauthbearer, aws-msk-iam), SUFFRAGE_KAFKA_USERNAME, SUFFRAGE_KAFKA_PASSWORD_FILE,
${databaseFiles}`;

/** For tools that talk to databases only. */
export const databaseEncryptionUsage = `Encrypted connections, by the environment, as for the services:
${databaseFiles}`;

/** For tools that call services. */
export const serviceEncryptionUsage = `For https: addresses of services, by the environment too:
  SUFFRAGE_PEER_CA_FILE, SUFFRAGE_PEER_CERTIFICATE_FILE, SUFFRAGE_PEER_KEY_FILE
`;

type Environment = Readonly<Record<string, string | undefined>>;

/** Nothing for plain connections. @throws Error when half of what is needed is set. */
export function kafkaEncryption(
  environment: Environment = process.env,
): Pick<ConnectionOptions, 'tls' | 'sasl'> {
  const files = filesOf('SUFFRAGE_KAFKA', environment);
  const sasl = saslOf(environment);
  return {
    ...(files || sasl ? { tls: readAnew(files ?? {}) } : {}),
    ...(sasl ? { sasl } : {}),
  };
}

/** With files the server must show a certificate for the host of the URL, whatever `sslmode` the URL has. */
export function databaseAt(
  url: string,
  environment: Environment = process.env,
): Pick<pg.ClientConfig, 'connectionString' | 'ssl'> {
  const files = filesOf('SUFFRAGE_DATABASE', environment);
  if (!files) return { connectionString: url };
  const address = new URL(url);
  const names = [...address.searchParams.keys()].filter(name => /^(ssl|uselibpqcompat)/.test(name));
  for (const name of names) address.searchParams.delete(name);
  const host = address.hostname.replaceAll(/[[\]]/g, '');
  return { connectionString: address.href, ssl: { host, secureContext: readAnew(files).secureContext } };
}

/** Nothing where no file is named: then services prove themselves as all of the web does, and ask for no certificate. */
export function serviceEncryption(environment: Environment = process.env): {
  readonly secureContext?: SecureContext;
} {
  const files = filesOf('SUFFRAGE_PEER', environment);
  return files ? { secureContext: readAnew(files).secureContext } : {};
}

type Files = { readonly ca?: string; readonly cert?: string; readonly key?: string };

function filesOf(prefix: string, environment: Environment): Files | undefined {
  const {
    [`${prefix}_CA_FILE`]: ca,
    [`${prefix}_CERTIFICATE_FILE`]: cert,
    [`${prefix}_KEY_FILE`]: key,
  } = environment;
  if ((cert === undefined) !== (key === undefined))
    throw new Error(`${prefix}_CERTIFICATE_FILE and ${prefix}_KEY_FILE must be set together`);
  if (ca === undefined && cert === undefined) return undefined;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** The client copies these members at each connection. */
function readAnew(files: Files): { readonly secureContext: SecureContext } {
  return {
    get secureContext() {
      const read = Object.entries(files).map(([name, path]) => [name, readFileSync(path, 'utf8')]);
      return createSecureContext(Object.fromEntries(read));
    },
  };
}

function saslOf(environment: Environment): ConnectionOptions['sasl'] {
  const { SUFFRAGE_KAFKA_SASL: mechanism, SUFFRAGE_KAFKA_USERNAME: username } = environment;
  const { SUFFRAGE_KAFKA_PASSWORD_FILE: file, AWS_REGION: region } = environment;
  switch (mechanism) {
    case undefined:
      return undefined;
    case 'scram-sha-512':
      if (username === undefined || file === undefined) break;
      return { mechanism: 'SCRAM-SHA-512', username, password: () => readSecret(file) };
    case 'oauthbearer':
      if (file === undefined) break;
      return { mechanism: 'OAUTHBEARER', token: () => readSecret(file) };
    case 'aws-msk-iam':
      if (region === undefined) throw new Error('SUFFRAGE_KAFKA_SASL=aws-msk-iam needs AWS_REGION');
      return { mechanism: 'OAUTHBEARER', token: () => mskToken(region) };
    default:
      throw new Error(
        `SUFFRAGE_KAFKA_SASL=${mechanism}: it must be scram-sha-512, oauthbearer or aws-msk-iam`,
      );
  }
  throw new Error(
    `SUFFRAGE_KAFKA_SASL=${mechanism} needs SUFFRAGE_KAFKA_PASSWORD_FILE, and scram-sha-512 SUFFRAGE_KAFKA_USERNAME`,
  );
}

function readSecret(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

async function mskToken(region: string): Promise<string> {
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  return (await generateAuthToken({ region })).token;
}
