import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { BaseOptions } from '@platformatic/kafka';
import type { KafkaConfig } from 'kafkajs';
import { z } from 'zod';
import { list } from '../config.ts';
import type { Log } from '../log.ts';
import { type ClientTls, clientTls } from '../tls/follow-files.ts';
import { areGiven, filesOf, kafkaTlsSettings } from '../tls/settings.ts';
import { mskToken } from './msk-token.ts';

/** How the brokers are reached: plain, encrypted, and as whom. */
export const kafkaSettings = {
  SUFFRAGE_KAFKA_BROKERS: list,
  ...kafkaTlsSettings,
  /** Always over TLS; without SUFFRAGE_KAFKA_CA_FILE the authorities are those that Node.js trusts. */
  SUFFRAGE_KAFKA_SASL: z.enum(['scram-sha-512', 'oauthbearer', 'aws-msk-iam']).optional(),
  /** For `scram-sha-512`. */
  SUFFRAGE_KAFKA_USERNAME: z.string().min(1).optional(),
  /** `scram-sha-512`: the password, read once. `oauthbearer`: the token, read at each connection, so that it may be replaced. */
  SUFFRAGE_KAFKA_PASSWORD_FILE: z.string().min(1).optional(),
};

export type KafkaSettings = Partial<
  Omit<z.output<z.ZodObject<typeof kafkaSettings>>, 'SUFFRAGE_KAFKA_BROKERS'>
> & {
  readonly SUFFRAGE_KAFKA_BROKERS: readonly string[];
};

export type KafkaAccess = {
  /** Bootstrap brokers, `host:port`. */
  readonly brokers: readonly string[];
  /** Without it connections are plain. */
  readonly tls?: ClientTls;
  readonly sasl?: Sasl;
};

export type Sasl =
  | { readonly mechanism: 'scram-sha-512'; readonly username: string; readonly password: string }
  | {
      readonly mechanism: 'oauthbearer';
      /** Asked at each connection, and again before the broker ends its session. */
      readonly token: () => Promise<string>;
    };

/** @throws Error when a file can't be read, or AWS's region is not known. */
export function kafkaAccess(config: KafkaSettings, log: Log): KafkaAccess {
  const files = filesOf('SUFFRAGE_KAFKA', config);
  const sasl = readSasl(config);
  const encrypted = sasl !== undefined || areGiven(files);
  return {
    brokers: config.SUFFRAGE_KAFKA_BROKERS,
    ...(encrypted ? { tls: clientTls(files, log) } : {}),
    ...(sasl ? { sasl } : {}),
  };
}

function readSasl(config: KafkaSettings): Sasl | undefined {
  const mechanism = config.SUFFRAGE_KAFKA_SASL;
  const file = config.SUFFRAGE_KAFKA_PASSWORD_FILE ?? '';
  switch (mechanism) {
    case undefined:
      return undefined;
    case 'scram-sha-512':
      return { mechanism, username: config.SUFFRAGE_KAFKA_USERNAME ?? '', password: readSecret(file) };
    case 'oauthbearer':
      return { mechanism, token: async () => readSecret(file) };
    case 'aws-msk-iam':
      return { mechanism: 'oauthbearer', token: mskToken(process.env) };
  }
}

function readSecret(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

/** For each client of @platformatic/kafka. */
export function brokersOf({
  brokers,
  tls,
  sasl,
}: KafkaAccess): Pick<BaseOptions, 'bootstrapBrokers' | 'tls' | 'tlsServerName' | 'sasl'> {
  return {
    bootstrapBrokers: [...brokers],
    // An address is not a name that a server could be asked for (RFC 6066, section 3).
    ...(tls ? { tls, tlsServerName: !brokers.some(isAddress) } : {}),
    ...(sasl ? { sasl: saslOf(sasl) } : {}),
  };
}

function saslOf(sasl: Sasl): NonNullable<BaseOptions['sasl']> {
  if (sasl.mechanism === 'oauthbearer') return { mechanism: 'OAUTHBEARER', token: sasl.token };
  return { mechanism: 'SCRAM-SHA-512', username: sasl.username, password: sasl.password };
}

function isAddress(broker: string): boolean {
  return isIP(broker.slice(0, broker.lastIndexOf(':')).replaceAll(/[[\]]/g, '')) !== 0;
}

/** For kafkajs. */
export function kafkajsBrokersOf({
  brokers,
  tls,
  sasl,
}: KafkaAccess): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  return {
    brokers: [...brokers],
    ...(tls ? { ssl: tls } : {}),
    ...(sasl ? { sasl: kafkajsSaslOf(sasl) } : {}),
  };
}

function kafkajsSaslOf(sasl: Sasl): NonNullable<KafkaConfig['sasl']> {
  if (sasl.mechanism === 'scram-sha-512') return sasl;
  return { mechanism: sasl.mechanism, oauthBearerProvider: async () => ({ value: await sasl.token() }) };
}
