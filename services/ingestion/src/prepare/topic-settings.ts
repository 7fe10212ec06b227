import { replicaAssignment } from '@suffrage/contracts/shards';

/** Settings that the promises rest on; each is required, `weaknesses` says when one is not in force. */
export type TopicSettings = Readonly<Record<string, string>>;

/** The brokers refuse records whose time is further off than that: a pod with a wrong clock can't append. */
const TIMESTAMP_BEFORE_MAX_MILLIS = 15_000;
const TIMESTAMP_AFTER_MAX_MILLIS = 5_000;

/** Of milliseconds at the brokers: their default, no limit. */
const LONGEST = '9223372036854775807';

/** For the election and its audit window: until an operator sets a time, for ever. */
const KEEP_FOREVER = { 'retention.ms': '-1', 'retention.bytes': '-1' };

function minInSync(replication: number): string {
  return String(Math.max(1, Math.min(2, replication - 1)));
}

export function voteTopicSettings(replication: number): TopicSettings {
  return {
    ...KEEP_FOREVER,
    'cleanup.policy': 'delete',
    'min.insync.replicas': minInSync(replication),
    'unclean.leader.election.enable': 'false',
    'message.timestamp.type': 'CreateTime',
    'message.timestamp.before.max.ms': String(TIMESTAMP_BEFORE_MAX_MILLIS),
    'message.timestamp.after.max.ms': String(TIMESTAMP_AFTER_MAX_MILLIS),
  };
}

export function electionsTopicSettings(replication: number): TopicSettings {
  return {
    'cleanup.policy': 'compact',
    // A move of the closing counts only when it was appended in time, by the brokers' clock.
    'message.timestamp.type': 'LogAppendTime',
    // What was overtaken is told again long before compaction could keep it instead of what counts.
    'min.compaction.lag.ms': String(24 * 60 * 60 * 1000),
    // The largest definition that the registrar takes, and room for its frame.
    'max.message.bytes': String(8 * 1024 * 1024),
    'min.insync.replicas': minInSync(replication),
    'unclean.leader.election.enable': 'false',
  };
}

/**
 * What a copy of another region's log is kept with instead, until the region takes over: its records come late, and keep
 * their times. A move of the closing counts there when it was in time in the first place.
 */
export const COPY_SETTINGS: { readonly votes: TopicSettings; readonly elections: TopicSettings } = {
  votes: { 'message.timestamp.before.max.ms': LONGEST },
  elections: { 'message.timestamp.type': 'CreateTime' },
};

export function quarantineTopicSettings(replication: number): TopicSettings {
  return {
    ...KEEP_FOREVER,
    'cleanup.policy': 'delete',
    'min.insync.replicas': minInSync(replication),
    'unclean.leader.election.enable': 'false',
  };
}

/** Broker ids for partitions `from` to `to - 1`, preferred leader first. `brokerIds` sorted, one rack after the other. */
export function assignReplicas(
  from: number,
  to: number,
  { shards, brokerIds, replication }: { shards: number; brokerIds: readonly number[]; replication: number },
): { readonly partition: number; readonly replicas: number[] }[] {
  return Array.from({ length: to - from }, (_, i) => {
    const partition = from + i;
    const places = replicaAssignment(partition, shards, brokerIds.length, replication);
    return { partition, replicas: places.map(place => brokerIds[place] ?? -1) };
  });
}

/** What of the required settings is not in force, one sentence each; empty when all is well. */
export function weaknesses(topic: string, required: TopicSettings, inForce: TopicSettings): string[] {
  return Object.entries(required)
    .filter(([name, value]) => inForce[name] !== value)
    .map(([name, value]) => `topic ${topic}: ${name} is ${inForce[name] ?? 'not set'} and must be ${value}`);
}
