import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
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

test('what the chart expects of the namespace is what there is', () => {
  const values = parse(readFileSync(join(POLICIES, '../helm/suffrage/values.yaml'), 'utf8'));
  const [listener] = find('Kafka', 'kafka').kafka.listeners;
  expect(values.kafka.brokers).toBe(`kafka-kafka-bootstrap.infra.svc:${listener.port}`);
  const labels = (destination: string) => values.network[destination].peers[0].podSelector.matchLabels;
  find('Cluster', labels('votesDatabase')['cnpg.io/cluster']);
  find('Cluster', labels('registrarDatabase')['cnpg.io/cluster']);
  find('RedisReplication', labels('redis').app);
  find('RedisReplication', labels('limitsRedis').app);
});

test('the policies accept all of it', () => {
  const { status, stdout, stderr } = spawnSync(join(POLICIES, 'judge.sh'), ['--production', ...files], {
    encoding: 'utf8',
  });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});
