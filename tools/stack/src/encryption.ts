import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaNode } from './kafka-settings.ts';
import type { InfrastructurePorts } from './ports.ts';
import { giveTo, type RunAs } from './run-as.ts';
import { writeSecret } from './secrets.ts';

/**
 * A second entrance to each server, encrypted and only for clients with a certificate of the authority; the plain ones stay.
 * For tests. PostgreSQL has one port for both.
 */
export interface Encryption {
  /** PEM. */
  readonly ca: string;
  /** The servers' certificate, PEM. */
  readonly certificate: string;
  /** PKCS#8 PEM. */
  readonly key: string;
  readonly ports: {
    /** Kafka: by certificate alone. */
    readonly kafka: number;
    /** Kafka: SASL/SCRAM-SHA-512, without a certificate. */
    readonly kafkaScram: number;
    /** Kafka: SASL/OAUTHBEARER, without a certificate; takes unsigned tokens (RFC 7515, appendix A.5). */
    readonly kafkaOAuth: number;
    readonly redis: number;
  };
}

/** Lines of server.properties for one broker. */
export function kafkaEncryption(
  { ca, certificate, key, ports }: Encryption,
  { kafka: [port = 0], kafkaControllers: [controllerPort = 0] }: InfrastructurePorts,
  dataDirectory: string,
): NonNullable<KafkaNode['further']> {
  const directory = join(dataDirectory, 'encryption');
  mkdirSync(directory, { recursive: true });
  const keystore = join(directory, 'kafka-keystore.pem');
  const truststore = join(directory, 'kafka-truststore.pem');
  writeSecret(keystore, `${key}\n${certificate}`);
  writeSecret(truststore, ca);
  const entrances = {
    PLAINTEXT: port,
    SSL: ports.kafka,
    SCRAM: ports.kafkaScram,
    OAUTH: ports.kafkaOAuth,
  };
  const advertised = Object.entries(entrances).map(([name, at]) => `${name}://127.0.0.1:${at}`);
  const login = 'org.apache.kafka.common.security';
  return {
    listeners: [...advertised, `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
    'advertised.listeners': advertised.join(','),
    'listener.security.protocol.map':
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SSL:SSL,SCRAM:SASL_SSL,OAUTH:SASL_SSL',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': truststore,
    'listener.name.ssl.ssl.client.auth': 'required',
    'listener.name.scram.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.scram.scram-sha-512.sasl.jaas.config': `${login}.scram.ScramLoginModule required;`,
    'listener.name.oauth.sasl.enabled.mechanisms': 'OAUTHBEARER',
    'listener.name.oauth.oauthbearer.sasl.jaas.config': `${login}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    // Short, so that clients have to sign in again while they are connected.
    'listener.name.oauth.oauthbearer.connections.max.reauth.ms': 5_000,
  };
}

/** Lines of redis.conf. */
export function redisEncryption({ ca, certificate, key, ports }: Encryption, directory: string): string[] {
  const file = (name: string, content: string): string => {
    const path = join(directory, name);
    writeSecret(path, content);
    return path;
  };
  return [
    `tls-port ${ports.redis}`,
    `tls-cert-file ${file('server.pem', certificate)}`,
    `tls-key-file ${file('server.key', key)}`,
    `tls-ca-cert-file ${file('ca.pem', ca)}`,
    'tls-auth-clients yes',
  ];
}

/** Arguments of postgres. Whoever connects over TLS needs a certificate as well as the password. */
export function postgresEncryption(
  { ca, certificate, key }: Encryption,
  directory: string,
  runAs: RunAs | undefined,
): Record<string, string> {
  const file = (name: string, content: string): string => {
    const path = join(directory, name);
    writeSecret(path, content);
    giveTo(runAs, path);
    return path;
  };
  const rules = [
    'hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca',
    'hostnossl all all 127.0.0.1/32 scram-sha-256',
  ];
  return {
    ssl: 'on',
    ssl_cert_file: file('server.pem', certificate),
    ssl_key_file: file('server.key', key),
    ssl_ca_file: file('ca.pem', ca),
    hba_file: file('pg_hba.conf', `${rules.join('\n')}\n`),
  };
}
