import { z } from 'zod';
import { electionDefinition, electionId } from './election.ts';
import { isShardCount } from './shards.ts';

export type TopicNames = { readonly votes: string; readonly elections: string; readonly quarantine: string };

/** Names of the three topics; a namespace keeps installations (and test files) apart on one cluster. */
export function topicNames(namespace: string): TopicNames {
  const name = (topic: string) => (namespace === '' ? topic : `${namespace}.${topic}`);
  return { votes: name('votes'), elections: name('elections'), quarantine: name('votes.quarantine') };
}

/** Channels and keys in Redis. Whatever is there may vanish at any time without changing a count. */
export type RedisNames = {
  /** Channel: the processor's notice that something was committed (`progress-notice.ts`). */
  readonly progress: string;
  /** Channel: an election's snapshots, JSON. */
  readonly results: (id: string) => string;
  /** Key: an election's newest snapshot, JSON. */
  readonly snapshot: (id: string) => string;
  /** Key: how many votes of an election were counted when, JSON. */
  readonly course: (id: string) => string;
  /** Key: who handled the latest votes of an election, JSON. */
  readonly flow: (id: string) => string;
  /** Prefix of the keys that mark votes as counted: a hash follows, so that a key tells nothing. */
  readonly hint: string;
};

export function redisNames(namespace: string): RedisNames {
  const prefix = namespace === '' ? 'suffrage' : `suffrage:${namespace}`;
  return {
    progress: `${prefix}:progress`,
    results: id => `${prefix}:results:${id}`,
    snapshot: id => `${prefix}:snapshot:${id}`,
    course: id => `${prefix}:course:${id}`,
    flow: id => `${prefix}:flow:${id}`,
    hint: `${prefix}:hint:`,
  };
}

/** The topic's shape for its whole life. No service has a setting of its own for it. */
const topology = z.object({
  kind: z.literal('topology'),
  shards: z.int().refine(isShardCount, 'must be a power of two'),
});
export type Topology = z.infer<typeof topology>;

/**
 * A definition, or the same one with another `closesAt`. A move of the closing must be known to everybody in time, so it
 * says until when: a record that the broker appended after `announceBy` changes nothing, for nobody.
 */
const published = z.object({
  kind: z.literal('election'),
  /** Grows with every attempt to tell about this election; one that is not greater has been overtaken. */
  version: z.int().min(1),
  announceBy: z.iso.datetime().optional(),
  definition: electionDefinition,
});
export type PublishedElection = z.infer<typeof published>;

/**
 * Every record below `closesAt` is below these end offsets and has been processed: nothing can be counted any more.
 * `endOffsets` is indexed by partition.
 */
const closing = z.object({
  kind: z.literal('closing'),
  electionId,
  closesAt: z.iso.datetime(),
  endOffsets: z.array(z.int().min(0)),
});
export type Closing = z.infer<typeof closing>;

/** The result has no effect, and is to be shown so; what was counted stays counted. Never taken back. */
const annulment = z.object({
  kind: z.literal('annulment'),
  electionId,
  reason: z.string().min(1),
  at: z.iso.datetime(),
});
export type Annulment = z.infer<typeof annulment>;

/** A manager has sealed the election: nothing that is counted for it may change any more. */
const seal = z.object({ kind: z.literal('seal'), electionId, closesAt: z.iso.datetime() });
export type SealRequest = z.infer<typeof seal>;

export const electionsMessage = z.discriminatedUnion('kind', [topology, published, closing, annulment, seal]);
export type ElectionsMessage = z.infer<typeof electionsMessage>;

/** Compaction keeps the newest record of each key. */
export function electionsKey(message: ElectionsMessage): string {
  switch (message.kind) {
    case 'topology':
      return 'topology';
    case 'election':
      return `election/${message.definition.id}`;
    case 'closing':
      return `closing/${message.electionId}`;
    case 'annulment':
      return `annulment/${message.electionId}`;
    case 'seal':
      return `seal/${message.electionId}`;
  }
}

const kinds: ReadonlySet<string> = new Set(electionsMessage.options.map(({ shape }) => shape.kind.value));

/**
 * Reads one record of topic `elections`. `undefined` for a kind that a newer version may have written.
 * @throws ZodError when a known kind does not have its shape: the topic is then not to be relied on.
 */
export function readElectionsMessage(value: Uint8Array): ElectionsMessage | undefined {
  const json: unknown = JSON.parse(new TextDecoder().decode(value));
  const { kind } = z.looseObject({ kind: z.string() }).parse(json);
  return kinds.has(kind) ? electionsMessage.parse(json) : undefined;
}
