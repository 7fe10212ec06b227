import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsFiles } from '@suffrage/runtime/tls/read-tls';
import type { Encryption } from '@suffrage/stack/encryption';
import { type Infrastructure, startInfrastructure } from '@suffrage/stack/infrastructure';
import { freePorts } from '@suffrage/stack/ports';
import { type Authority, createAuthority, type Issued } from './certificates.ts';

export type WrittenFiles = { readonly [File in keyof TlsFiles]-?: string };

export type EncryptedServers = {
  readonly infrastructure: Infrastructure;
  /** Of the servers, and of the clients that they serve. */
  readonly authority: Authority;
  /** What the servers show. */
  readonly shown: Issued;
  readonly ports: Encryption['ports'];
  /** A client's files: everything right. */
  readonly client: WrittenFiles;
  /** For further files of a test. */
  readonly directory: string;
  stop(): Promise<void>;
};

/** Real Kafka, PostgreSQL and Redis that can be reached encrypted, by clients with a certificate. */
export async function startEncryptedServers(): Promise<EncryptedServers> {
  const directory = await mkdtemp(join(tmpdir(), 'suffrage-tls-'));
  const authority = await createAuthority('suffrage test authority');
  const [kafka = 0, kafkaScram = 0, kafkaOAuth = 0, redis = 0] = await freePorts(4);
  const ports = { kafka, kafkaScram, kafkaOAuth, redis };
  const shown = await authority.issue('servers');
  const infrastructure = await startInfrastructure({
    dataDirectory: join(directory, 'data'),
    ports: 'free',
    brokers: 1,
    encryption: { ca: authority.pem, ...shown, ports },
  });
  return {
    infrastructure,
    authority,
    shown,
    ports,
    client: await writeTls(directory, 'client', authority.pem, await authority.issue('client')),
    directory,
    stop: async () => {
      await infrastructure.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Writes `NAME-ca.pem`, `NAME.pem` and `NAME.key`, and answers where they are. */
export async function writeTls(
  directory: string,
  name: string,
  ca: string,
  { certificate, key }: Issued,
): Promise<WrittenFiles> {
  const files = {
    ca: join(directory, `${name}-ca.pem`),
    certificate: join(directory, `${name}.pem`),
    key: join(directory, `${name}.key`),
  };
  await writeFile(files.ca, ca);
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key, { mode: 0o600 });
  return files;
}
