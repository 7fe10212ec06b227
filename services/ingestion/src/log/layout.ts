import { partitionsOfShard } from '@suffrage/contracts/shards';
import { brokersOf, type KafkaAccess } from '@suffrage/runtime/kafka/access';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { Log } from '@suffrage/runtime/log';
import { repeatEvery } from '@suffrage/runtime/wait';
import { Admin, type ClusterMetadata } from '@platformatic/kafka';

/** `broker` leads the partition; `replicas` are all the brokers that confirm an append to it. */
export type PartitionLeader = {
  readonly partition: number;
  readonly broker: number;
  readonly replicas: readonly number[];
};

export type BrokerAddress = { readonly host: string; readonly port: number };

/** Where the partitions of topic `votes` are led at this moment. */
export type LogLayout = {
  /** Whether the brokers answered within the last 5 s. */
  isReachable(): boolean;
  /** Partitions of a shard that have a leader. */
  leaders(shard: number, shards: number): readonly PartitionLeader[];
  /** Whether a connection to the broker was lost within the last 3 s: nothing is confirmed while it counts as in sync. */
  isLost(broker: number): boolean;
  /** Says that a connection was lost. */
  lose(address: BrokerAddress): void;
  /** Asks again now, for instance because a partition has stalled. */
  refresh(): Promise<void>;
};

/** How many partitions can be appended to, as told last. */
export type LayoutHealth = {
  health(): { readonly led: number; readonly leaderless: number; readonly belowMinimum: number };
};

const REFRESH_MILLIS = 1_000;
const UNREACHABLE_AFTER_MILLIS = 5_000;
/** Until then the others have gone on without it. */
const LOST_MILLIS = 3_000;
const REQUEST_TIMEOUT_MILLIS = 2_000;

/** Asks the brokers for the topic's metadata every second. */
export function watchLayout(
  access: KafkaAccess,
  topic: string,
  clock: () => number,
  log: Log,
  lifecycle: Lifecycle,
): LogLayout & LayoutHealth {
  const admin = new Admin({
    clientId: 'suffrage-ingestion-layout',
    ...brokersOf(access),
    // Through the bootstrap brokers in turn: one that hangs must not keep us from the others.
    retries: 2,
    retryDelay: 50,
    timeout: REQUEST_TIMEOUT_MILLIS,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    connectTimeout: REQUEST_TIMEOUT_MILLIS,
  });
  let leaders: readonly PartitionLeader[] = [];
  let belowMinimum = 0;
  let addresses: ReadonlyMap<number, BrokerAddress> = new Map();
  const lostUntil = new Map<number, number>();
  let answeredAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;

  const ask = async () => {
    try {
      const metadata = await admin.metadata({ topics: [topic], forceUpdate: true, autocreateTopics: false });
      leaders = readLeaders(metadata, topic);
      belowMinimum = countBelowMinimum(metadata, topic);
      addresses = metadata.brokers;
      answeredAt = clock();
    } catch (error) {
      log.debug({ err: error }, 'the brokers did not tell the layout of the log');
    }
  };
  const refresh = () =>
    (refreshing ??= ask().finally(() => {
      refreshing = undefined;
    }));

  const stop = repeatEvery(REFRESH_MILLIS, refresh);
  lifecycle.onClose('log layout', async () => {
    await stop();
    await admin.close();
  });
  return {
    isReachable: () => clock() - answeredAt < UNREACHABLE_AFTER_MILLIS,
    leaders: (shard, shards) => {
      const own = new Set(partitionsOfShard(shard, shards, leaders.length));
      return leaders.filter(({ partition, broker }) => own.has(partition) && broker >= 0);
    },
    isLost: broker => (lostUntil.get(broker) ?? 0) > clock(),
    lose: ({ host, port }) => {
      for (const [broker, address] of addresses) {
        if (address.host === host && address.port === port) lostUntil.set(broker, clock() + LOST_MILLIS);
      }
    },
    refresh,
    health: () => {
      const led = leaders.filter(({ broker }) => broker >= 0).length;
      return { led, leaderless: leaders.length - led, belowMinimum };
    },
  };
}

/** Topic `votes` wants two replicas in sync, where it has as many. */
function countBelowMinimum(metadata: ClusterMetadata, topic: string): number {
  const partitions = metadata.topics.get(topic)?.partitions ?? [];
  return partitions.filter(({ isr, replicas }) => isr.length < Math.min(2, replicas.length)).length;
}

function readLeaders(metadata: ClusterMetadata, topic: string): PartitionLeader[] {
  const partitions = metadata.topics.get(topic)?.partitions ?? [];
  return partitions.map(({ leader, replicas }, partition) => ({
    partition,
    broker: metadata.brokers.has(leader) ? leader : -1,
    replicas,
  }));
}
