import type { Flow } from '@suffrage/contracts/flow';
import { keepAdmin } from '@suffrage/runtime/kafka/keep-admin';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import { AssignerProtocol, type Kafka } from 'kafkajs';
import type { LogWatch } from '../watch-log.ts';

/** Partition of topic `votes` -> the processor that has it. */
export type Processors = ReadonlyMap<number, string>;

/** Processors name themselves so to Kafka, followed by their instance. */
const PROCESSOR_CLIENT = /^suffrage-/;

/** @throws when Kafka does not answer. */
export function createReadProcessors(
  { kafka, topic }: { readonly kafka: Kafka; readonly topic: string },
  lifecycle: Lifecycle,
): () => Promise<Processors> {
  const withAdmin = keepAdmin(kafka, 'flow admin', lifecycle);
  return async () => {
    const { groups } = await withAdmin(admin => admin.describeGroups([`${topic}-processor`]));
    return new Map(groups.flatMap(({ members }) => members).flatMap(member => heldBy(member, topic)));
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

/** What was read longer ago tells nothing of the moment. */
const OLD_MILLIS = 10_000;

export function partitionsOf(
  watch: LogWatch,
  processors: Processors | undefined,
  now: number,
): Flow['partitions'] {
  const isOld = now - watch.readAt() > OLD_MILLIS;
  return watch
    .partitions()
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ partition, end, accounted }) => ({
      partition,
      lagRecords: isOld ? null : Math.max(0, end - accounted),
      processor: processors?.get(partition) ?? null,
    }));
}
