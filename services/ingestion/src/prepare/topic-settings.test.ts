import { expect, test } from '@jest/globals';
import { assignReplicas, voteTopicSettings, weaknesses } from './topic-settings.ts';

test('a weaker setting than required is named with what it must be', () => {
  const required = voteTopicSettings(3);
  expect(weaknesses('votes', required, required)).toEqual([]);
  expect(weaknesses('votes', required, { ...required, 'min.insync.replicas': '1' })).toEqual([
    'topic votes: min.insync.replicas is 1 and must be 2',
  ]);
  expect(weaknesses('votes', required, {})).toHaveLength(Object.keys(required).length);
});

test('partitions added later continue the assignment of those that exist', () => {
  const cluster = { shards: 2, brokerIds: [11, 12, 13], replication: 3 };
  const all = assignReplicas(0, 12, cluster);
  expect([...assignReplicas(0, 4, cluster), ...assignReplicas(4, 12, cluster)]).toEqual(all);
  expect(all[0]?.replicas).toEqual([11, 12, 13]);
});

test('a single broker asks for one replica in sync', () => {
  expect(voteTopicSettings(1)['min.insync.replicas']).toBe('1');
});
