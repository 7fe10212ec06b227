import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { voteTopicSettings } from '@suffrage/ingestion/prepare/topic-settings';
import { parse } from 'yaml';
import { NAMESPACE } from '../failover/commands.ts';
import { identityDisagreements, rightsDisagreements, topicDisagreements } from './agreements.ts';
import { CALLS } from './aws-calls.ts';
import { type Case, complaints } from './complaints.ts';

const ROOT = join(import.meta.dirname, '../..');

test.each(CALLS)('the code still asks for what the list says: $service $on', ({ code: [file, words] }) => {
  expect(readFileSync(join(ROOT, file), 'utf8')).toContain(words);
});

test('a right that no code asks for is named, and one that is missing', () => {
  const votes = 'arn:aws:kafka:eu-west-1:111122223333:topic/suffrage/*/votes';
  const found = rightsDisagreements({
    audit: [{ actions: ['kafka-cluster:WriteData'], resources: [votes] }],
  });
  expect(found).toContain('audit may kafka-cluster:WriteData on /votes and never does');
  expect(found).toContain('audit needs kafka-cluster:ReadData on /votes');
});

test('a role for pods of another namespace, or for none, is named', () => {
  const services = [...new Set(CALLS.map(({ service }) => service))];
  const accounts = new Map(services.map(service => [service, `apps/suffrage-${service}`]));
  const given = services.map(service => ({ service, namespace: 'apps', account: `suffrage-${service}` }));
  const [first, second, ...others] = given;
  if (!first || !second) throw new Error('there are no services');
  expect(identityDisagreements(given, accounts)).toEqual([]);
  expect(identityDisagreements([{ ...first, namespace: 'suffrage' }, ...others], accounts)).toEqual([
    'the role of ingestion goes to suffrage/suffrage-ingestion, and it runs as apps/suffrage-ingestion',
    `no pod gets the role of ${second.service}`,
  ]);
});

test.each(['dev', 'staging', 'production'])('a failover looks for the suite where %s has it', name => {
  const file = readFileSync(join(ROOT, `gitops/flux/apps/${name}/release.yaml`), 'utf8');
  expect(parse(file)).toMatchObject({ metadata: { namespace: NAMESPACE } });
});

test('weaker brokers than topics are named', () => {
  const strict = {
    'min.insync.replicas': '2',
    'unclean.leader.election.enable': 'false',
    'log.retention.bytes': '-1',
    'log.message.timestamp.type': 'CreateTime',
  };
  expect(topicDisagreements(strict, voteTopicSettings(3))).toEqual([]);
  expect(topicDisagreements({ ...strict, 'min.insync.replicas': '1' }, voteTopicSettings(3))).toEqual([
    'brokers: min.insync.replicas is 1, topics have min.insync.replicas=2',
  ]);
});

test('a plan that changes more than it should, or to something else, is told from one that does not', () => {
  const [address, type] = ['aws_msk_cluster.this', 'aws_msk_cluster'];
  const expected: Case = {
    name: 'three brokers are added',
    variables: {},
    changes: { [type]: 'update' },
    addresses: [address],
    planned: { [address]: { brokers: 9, zones: [{ name: 'b' }] } },
  };
  const found = (brokers: number, zone: string) => ({
    address,
    type,
    actions: ['update'],
    after: { brokers, zones: [{ name: 'a' }, { name: zone, rack: 1 }], tags: {} },
  });
  expect(complaints(expected, [found(9, 'b')])).toEqual([]);
  expect(complaints(expected, [found(6, 'b')])).toEqual([expect.stringContaining('not planned as')]);
  expect(complaints(expected, [found(9, 'c')])).toEqual([expect.stringContaining('not planned as')]);
  expect(complaints(expected, [])).toHaveLength(3);
  const more = { ...found(9, 'b'), address: 'aws_msk_cluster.other', actions: ['delete'] };
  expect(complaints(expected, [found(9, 'b'), more])).toContain('aws_msk_cluster.other: delete');
});
