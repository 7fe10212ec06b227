import { z } from 'zod';
import type { TlsFiles } from './read-tls.ts';

const file = z.string().min(1).optional();

/** What this process serves is encrypted with them. */
export const servedTlsSettings = {
  /** PEM, followed by the certificates between it and its authority. Files of certificates may be replaced while serving. */
  SUFFRAGE_TLS_CERTIFICATE_FILE: file,
  SUFFRAGE_TLS_KEY_FILE: file,
  /** Only clients with a certificate of one of these authorities are served. Health and metrics have a port without it. */
  SUFFRAGE_TLS_CLIENT_CA_FILE: file,
};

/** Calls to other services of the suite, where their URL is `https:`. */
export const peerTlsSettings = {
  /** Whom their certificates come from. Without it: the authorities that Node.js trusts. */
  SUFFRAGE_PEER_CA_FILE: file,
  SUFFRAGE_PEER_CERTIFICATE_FILE: file,
  SUFFRAGE_PEER_KEY_FILE: file,
};

/** With one of them, or with SASL, connections to Kafka are encrypted. */
export const kafkaTlsSettings = {
  /** Whom the brokers' certificates come from. Without it: the authorities that Node.js trusts. */
  SUFFRAGE_KAFKA_CA_FILE: file,
  SUFFRAGE_KAFKA_CERTIFICATE_FILE: file,
  SUFFRAGE_KAFKA_KEY_FILE: file,
};

/** With one of them connections to PostgreSQL are encrypted, and the server is verified (`verify-full`). */
export const databaseTlsSettings = {
  SUFFRAGE_DATABASE_CA_FILE: file,
  SUFFRAGE_DATABASE_CERTIFICATE_FILE: file,
  SUFFRAGE_DATABASE_KEY_FILE: file,
};

/** For a `rediss:` URL. */
export const redisTlsSettings = {
  SUFFRAGE_REDIS_CA_FILE: file,
  SUFFRAGE_REDIS_CERTIFICATE_FILE: file,
  SUFFRAGE_REDIS_KEY_FILE: file,
};

/** Beginnings of the names of the settings above. */
export const TLS_GROUPS = [
  'SUFFRAGE_TLS',
  'SUFFRAGE_PEER',
  'SUFFRAGE_KAFKA',
  'SUFFRAGE_DATABASE',
  'SUFFRAGE_REDIS',
] as const;
export type TlsGroup = (typeof TLS_GROUPS)[number];

/** What a group's settings are in a configuration: paths. */
export type TlsPaths<Group extends TlsGroup> = Readonly<
  Partial<Record<`${Group}_${'CA' | 'CLIENT_CA' | 'CERTIFICATE' | 'KEY'}_FILE`, string | undefined>>
>;

/** The name of the setting of each file. */
export function namesOf(group: TlsGroup): Readonly<Record<keyof TlsFiles, string>> {
  return {
    ca: group === 'SUFFRAGE_TLS' ? `${group}_CLIENT_CA_FILE` : `${group}_CA_FILE`,
    certificate: `${group}_CERTIFICATE_FILE`,
    key: `${group}_KEY_FILE`,
  };
}

export function filesOf<Group extends TlsGroup>(group: Group, settings: TlsPaths<Group>): TlsFiles {
  const paths: Readonly<Record<string, unknown>> = settings;
  const { ca, certificate, key } = namesOf(group);
  return { ca: pathOf(paths[ca]), certificate: pathOf(paths[certificate]), key: pathOf(paths[key]) };
}

function pathOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Whether a connection with these files is encrypted because of them. */
export function areGiven(files: TlsFiles): boolean {
  return Object.values(files).some(path => path !== undefined);
}
