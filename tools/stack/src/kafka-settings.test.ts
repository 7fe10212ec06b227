import { expect, test } from '@jest/globals';
import { type KafkaNode, serverProperties } from './kafka-settings.ts';

function nodes(count: number): KafkaNode[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: 9092 + index * 10,
    controllerPort: 9093 + index * 10,
    logDirectory: `/data/node-${index + 1}`,
  }));
}

function settingsOf(count: number): Map<string, string> {
  const all = nodes(count);
  const [first] = all;
  if (first === undefined) throw new Error('no node');
  const lines = serverProperties(first, all).trim().split('\n');
  return new Map(lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

test('three brokers keep every record three times and acknowledge it on two', () => {
  const settings = settingsOf(3);
  expect(settings.get('default.replication.factor')).toBe('3');
  expect(settings.get('min.insync.replicas')).toBe('2');
  expect(settings.get('offsets.topic.replication.factor')).toBe('3');
  expect(settings.get('controller.quorum.voters')).toBe('1@127.0.0.1:9093,2@127.0.0.1:9103,3@127.0.0.1:9113');
});

test('one broker does not wait for replicas that cannot be', () => {
  const settings = settingsOf(1);
  expect(settings.get('default.replication.factor')).toBe('1');
  expect(settings.get('min.insync.replicas')).toBe('1');
});

test('a broker behind a proxy sends those who come through it back to the proxy, and nobody else', () => {
  const [node, ...others] = nodes(3);
  if (node === undefined) throw new Error('no node');
  const behind = { ...node, behind: { port: 9094, advertisedPort: 19094 } };
  const lines = serverProperties(behind, [behind, ...others]).split('\n');
  expect(lines).toContain(
    'listeners=PLAINTEXT://127.0.0.1:9092,PROXIED://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093',
  );
  expect(lines).toContain('advertised.listeners=PLAINTEXT://127.0.0.1:9092,PROXIED://127.0.0.1:19094');
  expect(lines).toContain('inter.broker.listener.name=PLAINTEXT');
});

test('a broker that was killed leads again within seconds, or the next one to die would take all leaders', () => {
  const settings = settingsOf(3);
  expect(Number(settings.get('leader.imbalance.check.interval.seconds'))).toBeLessThanOrEqual(5);
});

test('brokers listen on loopback only and neither create topics by themselves nor lose records in an election of leaders', () => {
  const settings = settingsOf(3);
  expect(settings.get('listeners')).toBe('PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093');
  expect(settings.get('auto.create.topics.enable')).toBe('false');
  expect(settings.get('unclean.leader.election.enable')).toBe('false');
});
