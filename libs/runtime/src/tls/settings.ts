import { z } from 'zod';

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
