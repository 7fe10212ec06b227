import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CALLS } from '@suffrage/infra/aws-calls';
import {
  electionsTopicSettings,
  quarantineTopicSettings,
  voteTopicSettings,
} from '@suffrage/ingestion/prepare/topic-settings';
import { serverProperties } from '@suffrage/stack/kafka-settings';
import { parse, parseAllDocuments } from 'yaml';
import { POLICIES } from './generate/rules.ts';

const directory = join(POLICIES, '../deploy/infra');
const files = readdirSync(directory)
  .filter(file => file.endsWith('.yaml'))
  .map(file => join(directory, file));
const manifests = files.flatMap(file =>
  parseAllDocuments(readFileSync(file, 'utf8')).map(document => document.toJS()),
);
const find = (kind: string, name: string) => {
  const found = manifests.find(one => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found.spec;
};

test.each([
  ['votes', voteTopicSettings(3)],
  ['elections', electionsTopicSettings(3)],
  ['votes.quarantine', quarantineTopicSettings(3)],
])('topic %s has the settings that ingestion asks for', (name, required) => {
  const { config, replicas, partitions } = find('KafkaTopic', name);
  const written = Object.entries(config).map(([key, value]) => [key, String(value)]);
  expect(Object.fromEntries(written)).toEqual(required);
  expect([replicas, partitions]).toEqual([3, undefined]);
});

test('the brokers are set as those of the local stack where both say something', () => {
  const node = (id: number) => ({ id, port: 1, controllerPort: 2, logDirectory: '/' });
  const lines = serverProperties(node(1), [node(1), node(2), node(3)])
    .trimEnd()
    .split('\n');
  const local: Record<string, string> = Object.fromEntries(lines.map(line => line.split('=', 2)));
  const { config } = find('Kafka', 'kafka').kafka;
  const shared = Object.keys(config).filter(name => name in local);
  expect(shared).toEqual(expect.arrayContaining(['min.insync.replicas', 'auto.create.topics.enable']));
  for (const name of shared) expect([name, String(config[name])]).toEqual([name, local[name]]);
});

const valuesOf = (file: string) => parse(readFileSync(join(POLICIES, '../helm/suffrage', file), 'utf8'));
const defaults = valuesOf('values.yaml');

test('what the chart expects of the namespace is what there is', () => {
  const labels = (destination: string) => defaults.network[destination].peers[0].podSelector.matchLabels;
  find('Cluster', labels('votesDatabase')['cnpg.io/cluster']);
  find('Cluster', labels('registrarDatabase')['cnpg.io/cluster']);
  find('RedisReplication', labels('redis').app);
  find('RedisReplication', labels('limitsRedis').app);
});

describe.each(['values-nginx.yaml', 'values-gateway.yaml'])('the services of %s', file => {
  const own = valuesOf(file);
  const kafka = { ...defaults.kafka, ...own.kafka, tls: { ...defaults.kafka.tls, ...own.kafka.tls } };
  const sasl = kafka.sasl.mechanism;

  test('sign in as the listener asks, under names that it knows', () => {
    const port = Number(kafka.brokers.split(':')[1]);
    expect(kafka.brokers).toBe(`kafka-kafka-bootstrap.infra.svc:${port}`);
    expect(own.network?.kafka?.ports ?? defaults.network.kafka.ports).toEqual([port]);
    const listeners: { port: number; tls: boolean; authentication: { type: string } }[] = find(
      'Kafka',
      'kafka',
    ).kafka.listeners;
    const listener = listeners.find(one => one.port === port);
    expect(listener).toMatchObject({ tls: kafka.tls.enabled, authentication: { type: sasl || 'tls' } });
    expect(kafka.tls.clientCertificate).toBe(sasl === '');
    const names = sasl ? [kafka.sasl.username, kafka.sasl.registrarUsername] : byCertificate;
    for (const name of names)
      expect(find('KafkaUser', name).authentication.type).toBe(sasl || 'tls-external');
  });

  test('trust who signed the certificates of the servers', () => {
    const readme = readFileSync(join(directory, 'README.md'), 'utf8');
    for (const server of ['kafka', 'votesDatabase', 'registrarDatabase', 'redis']) {
      const { secret } = own[server].tls.ca;
      // Made of the certificate of infra-ca, which signs all of the below.
      expect([
        server,
        readme.includes(`create secret generic ${secret} --from-file=ca.crt=infra-ca.crt`),
      ]).toEqual([server, true]);
    }
  });
});

test('the servers show certificates of infra-ca under the names that they are called by', () => {
  const shown = (name: string) =>
    manifests.find(({ kind, spec }) => kind === 'Certificate' && spec.secretName === name).spec;
  const served: [string, string][] = [
    ...find('Kafka', 'kafka').kafka.listeners.map(
      (one: { configuration: { brokerCertChainAndKey: { secretName: string } } }) => [
        one.configuration.brokerCertChainAndKey.secretName,
        'kafka-kafka-bootstrap.infra.svc',
      ],
    ),
    ...['votes', 'registrar'].map((name): [string, string] => {
      const { certificates } = find('Cluster', name);
      expect(certificates.serverCASecret).toBe('infra-ca');
      expect(shown(certificates.replicationTLSSecret).commonName).toBe('streaming_replica');
      return [certificates.serverTLSSecret, `${name}-rw.infra`];
    }),
    ...['redis', 'redis-limits'].map((name): [string, string] => [
      find('RedisReplication', name).TLS.secret.secretName,
      `${name}-master.infra.svc`,
    ]),
  ];
  for (const [secret, host] of served) {
    expect(shown(secret).issuerRef).toMatchObject({ name: 'infra-ca', kind: 'Issuer' });
    expect(shown(secret).dnsNames).toContain(host);
  }
});

test('Secrets that are not made of these files are made by commands of the page', () => {
  const readme = readFileSync(join(directory, 'README.md'), 'utf8');
  const asked = [
    ...['votes', 'registrar'].map(name => find('Cluster', name).certificates.clientCASecret),
    ...['redis', 'redis-limits'].map(
      name => find('RedisReplication', name).kubernetesConfig.redisSecret.name,
    ),
    ...(find('Kafka', 'kafka').clientsCa.generateCertificateAuthority
      ? []
      : ['kafka-clients-ca-cert', 'kafka-clients-ca']),
  ];
  for (const name of asked) expect(readme).toContain(`kubectl -n infra create secret generic ${name} `);
});

/** What MSK calls it, and what Kafka does. */
const OPERATIONS: Readonly<Record<string, string>> = {
  AlterGroup: 'Read',
  AlterTopic: 'Alter',
  AlterTopicDynamicConfiguration: 'AlterConfigs',
  CreateTopic: 'Create',
  DescribeGroup: 'Describe',
  DescribeTopic: 'Describe',
  DescribeTopicDynamicConfiguration: 'DescribeConfigs',
  ReadData: 'Read',
  WriteData: 'Write',
  WriteDataIdempotently: 'IdempotentWrite',
};
type Rule = { resource: { type: string; name?: string }; operations: string[] };
const rightsOf = (user: string): string[] =>
  find('KafkaUser', user)
    .authorization.acls.flatMap(({ resource, operations }: Rule) =>
      operations.map(
        operation => `${operation} ${resource.type === 'topic' ? `/${resource.name}` : resource.type}`,
      ),
    )
    .toSorted();
const asksOf = (services: readonly string[]): string[] => {
  const calls = CALLS.filter(({ service, on }) => services.includes(service) && on !== 'elections key');
  const asked = calls.flatMap(({ actions, on }) =>
    actions.map(action => `${OPERATIONS[action.replace('kafka-cluster:', '')]} ${on}`),
  );
  return [...new Set(asked)].toSorted();
};
const clients = [...new Set(CALLS.map(({ service }) => service))];
const byCertificate = clients.map(service => `suffrage-${service}`);

test.each([
  ...clients.map((service): [string, string[]] => [`suffrage-${service}`, [service]]),
  ['suffrage', clients.filter(service => service !== 'registrar')],
  ['registrar', ['registrar']],
] as [string, string[]][])('%s may do on the log what it does, and nothing else', (user, services) => {
  expect(rightsOf(user)).toEqual(asksOf(services));
});

test('the policies accept all of it', () => {
  const { status, stdout, stderr } = spawnSync(join(POLICIES, 'judge.sh'), ['--production', ...files], {
    encoding: 'utf8',
  });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});
