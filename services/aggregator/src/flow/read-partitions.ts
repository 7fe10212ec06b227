import type { Flow } from '@suffrage/contracts/flow';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import { type Admin, AssignerProtocol, type Kafka } from 'kafkajs';
import type { Progress } from '../snapshot.ts';

export type Partitions = Flow['partitions'];

/** What Kafka knows of topic `votes`: its ends, and which processor has which partition. */
export type LogState = {
  readonly ends: ReadonlyMap<number, number>;
  readonly processors: ReadonlyMap<number, string>;
};

/** Processors name themselves so to Kafka, followed by their instance. */
const PROCESSOR_CLIENT = /^suffrage-/;

/** Keeps one connection, and makes it again after a failure. @throws when Kafka does not answer. */
export function createReadLog(
  { kafka, topic }: { readonly kafka: Kafka; readonly topic: string },
  lifecycle: Lifecycle,
): () => Promise<LogState> {
  let connected: Promise<Admin> | undefined;
  const connect = async () => {
    const admin = kafka.admin();
    await admin.connect();
    return admin;
  };
  const disconnect = async () => {
    const admin = await connected?.catch(() => undefined);
    connected = undefined;
    await admin?.disconnect().catch(() => undefined);
  };
  lifecycle.onClose('flow admin', disconnect);
  return async () => {
    try {
      const admin = await (connected ??= connect());
      const [offsets, { groups }] = await Promise.all([
        admin.fetchTopicOffsets(topic),
        admin.describeGroups([`${topic}-processor`]),
      ]);
      return {
        ends: new Map(offsets.map(({ partition, high }) => [partition, Number(high)])),
        processors: new Map(
          groups.flatMap(({ members }) => members).flatMap(member => heldBy(member, topic)),
        ),
      };
    } catch (error) {
      await disconnect();
      throw error;
    }
  };
}

type Member = { readonly clientId: string; readonly memberAssignment: Buffer };

function heldBy({ clientId, memberAssignment }: Member, topic: string): (readonly [number, string])[] {
  // A group that is taking new members in has assigned nothing.
  if (memberAssignment.length === 0) return [];
  const held = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic] ?? [];
  const name = clientId.replace(PROCESSOR_CLIENT, '');
  return held.map(partition => [partition, name] as const);
}

/** Every partition that Kafka or the databases know of. */
export function partitionsOf(
  log: LogState | undefined,
  progress: readonly Progress[],
  topic: string,
): Partitions {
  const next = new Map(
    progress.filter(row => row.topic === topic).map(row => [row.partition, row.nextOffset] as const),
  );
  const known = [...new Set([...(log?.ends.keys() ?? []), ...next.keys()])].toSorted((a, b) => a - b);
  return known.map(partition => {
    const end = log?.ends.get(partition);
    return {
      partition,
      lagRecords: end === undefined ? null : Math.max(0, end - (next.get(partition) ?? 0)),
      processor: log?.processors.get(partition) ?? null,
    };
  });
}
