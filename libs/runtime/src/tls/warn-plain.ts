import type { Log } from '../log.ts';

type Settings = Readonly<Record<string, unknown>>;

/** A way in or out, known by a setting that every service with it has, and whether this process encrypts it. */
const WAYS: readonly {
  readonly name: string;
  readonly setting: string;
  readonly isEncrypted: (config: Settings) => boolean;
}[] = [
  {
    name: 'what is served',
    setting: 'SUFFRAGE_TLS_CERTIFICATE_FILE',
    isEncrypted: config => config.SUFFRAGE_TLS_CERTIFICATE_FILE !== undefined,
  },
  {
    name: 'Kafka',
    setting: 'SUFFRAGE_KAFKA_BROKERS',
    isEncrypted: config =>
      ['CA_FILE', 'CERTIFICATE_FILE', 'SASL'].some(name => config[`SUFFRAGE_KAFKA_${name}`] !== undefined),
  },
  {
    name: 'PostgreSQL',
    setting: 'SUFFRAGE_DATABASE_CA_FILE',
    isEncrypted: config =>
      ['CA_FILE', 'CERTIFICATE_FILE'].some(name => config[`SUFFRAGE_DATABASE_${name}`] !== undefined),
  },
  { name: 'Redis', setting: 'SUFFRAGE_REDIS_URL_FILE', isEncrypted: isRediss('SUFFRAGE_REDIS_URL_FILE') },
  {
    name: 'Redis (limits)',
    setting: 'SUFFRAGE_LIMITS_REDIS_URL_FILE',
    isEncrypted: isRediss('SUFFRAGE_LIMITS_REDIS_URL_FILE'),
  },
];

function isRediss(setting: string) {
  return ({ [setting]: url }: Settings) => typeof url !== 'string' || url.startsWith('rediss:');
}

/** In production, once: a service mesh may encrypt what this process does not, but somebody has to. */
export function warnOfPlain(shape: Settings, config: Settings, log: Log): void {
  if (config.SUFFRAGE_ENVIRONMENT !== 'production') return;
  const plain = WAYS.filter(({ setting, isEncrypted }) => setting in shape && !isEncrypted(config));
  if (plain.length > 0)
    log.warn({ plain: plain.map(({ name }) => name) }, 'connections are not encrypted by this process');
}
