import { type Election, prepareElection } from './ballot.ts';
import {
  type Annulment,
  type Closing,
  electionsKey,
  type PublishedElection,
  readElectionsMessage,
  type SealRequest,
  type Topology,
} from './topics.ts';

export type ElectionsRecord = {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** When the broker appended it: milliseconds since 1970. */
  readonly appendedAt: number;
};

/** What topic `elections` says, record by record: the newest of each key counts, unless it came too late. */
export type ElectionBook = {
  /** Takes the next record of the topic. Never throws: what can't be read is remembered as unreadable. */
  apply(record: ElectionsRecord): void;
  /** @throws Error when there is a definition that can't be read or relied on: nothing may be decided about it then. */
  find(electionId: string): Election | undefined;
  elections(): readonly Election[];
  /** The version that counts; 0 for an unknown election. */
  version(electionId: string): number;
  /** Elections whose newest record does not count: compaction would keep the wrong one, so it has to be said again. */
  overtaken(): ReadonlySet<string>;
  closing(electionId: string): Closing | undefined;
  annulment(electionId: string): Annulment | undefined;
  /** What a manager has asked for; whether it is done the databases say. */
  seal(electionId: string): SealRequest | undefined;
  topology(): Topology | undefined;
};

export function createElectionBook(): ElectionBook {
  const elections = new Map<string, Election>();
  const closings = new Map<string, Closing>();
  const annulments = new Map<string, Annulment>();
  const seals = new Map<string, SealRequest>();
  const versions = new Map<string, number>();
  const overtaken = new Set<string>();
  const unreadable = new Set<string>();
  let topology: Topology | undefined;

  const applyElection = (message: PublishedElection, appendedAt: number) => {
    const { version, definition } = message;
    const { id } = definition;
    if (version <= (versions.get(id) ?? 0) || isTooLate(message, appendedAt)) {
      overtaken.add(id);
      return;
    }
    elections.set(id, prepareElection(definition));
    versions.set(id, version);
    overtaken.delete(id);
    unreadable.delete(electionsKey(message));
  };

  const applyValue = (value: Uint8Array, appendedAt: number) => {
    const message = readElectionsMessage(value);
    switch (message?.kind) {
      case 'election':
        applyElection(message, appendedAt);
        break;
      case 'closing':
        closings.set(message.electionId, message);
        break;
      case 'annulment':
        annulments.set(message.electionId, message);
        break;
      case 'seal':
        seals.set(message.electionId, message);
        break;
      case 'topology':
        topology = message;
        break;
      case undefined:
        break;
    }
  };

  return {
    apply({ key, value, appendedAt }) {
      if (key === null || value === null) return;
      try {
        applyValue(value, appendedAt);
      } catch {
        unreadable.add(new TextDecoder().decode(key));
      }
    },
    find(electionId) {
      if (unreadable.size > 0 && unreadable.has(`election/${electionId}`)) {
        throw new Error(`the definition of election ${electionId} can not be read by this version`);
      }
      if (overtaken.has(electionId) && !elections.has(electionId)) {
        throw new Error(`of election ${electionId} the topic has only a record that came too late`);
      }
      return elections.get(electionId);
    },
    elections: () => [...elections.values()],
    version: electionId => versions.get(electionId) ?? 0,
    overtaken: () => overtaken,
    closing: electionId => closings.get(electionId),
    annulment: electionId => annulments.get(electionId),
    seal: electionId => seals.get(electionId),
    topology: () => topology,
  };
}

function isTooLate({ announceBy }: PublishedElection, appendedAt: number): boolean {
  return announceBy !== undefined && appendedAt > Date.parse(announceBy);
}
