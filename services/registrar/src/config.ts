import { commonSettings, list, port, secretFile } from '@suffrage/runtime/config';
import { z } from 'zod';

/** Settings of the registrar. */
export const settings = {
  ...commonSettings,
  SUFFRAGE_HTTP_PORT: port.default(8082),
  SUFFRAGE_METRICS_PORT: port.default(9466),
  SUFFRAGE_KAFKA_BROKERS: list,
  /** postgresql:// URL of the registrar's own database. */
  SUFFRAGE_REGISTRAR_DATABASE_FILE: secretFile,
  /** One manager a line: `name token`. */
  SUFFRAGE_MANAGER_TOKENS_FILE: secretFile,
  /** 32 bytes as base64: encrypts the private keys of elections. */
  SUFFRAGE_ELECTION_KEYS_SECRET_FILE: secretFile,
  /** Ingestion's receipt keys, PEM, published with each election. */
  SUFFRAGE_RECEIPT_PUBLIC_KEYS_FILE: secretFile,
  /** The aggregator's results keys, PEM, published with each election. Without them nothing official is stated of it. */
  SUFFRAGE_RESULTS_PUBLIC_KEYS_FILE: secretFile.optional(),
  /** The issuer's host name in token challenges (RFC 9577: ASCII). */
  SUFFRAGE_ISSUER_NAME: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?$/)
    .default('localhost'),
};
export type RegistrarConfig = z.output<z.ZodObject<typeof settings>>;
