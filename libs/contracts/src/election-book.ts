import { type Election, prepareElection } from './ballot.ts';
import { type Closing, readElectionsMessage, type Topology } from './topics.ts';

/** What topic `elections` says, record by record: the newest of each key counts. */
export type ElectionBook = {
  /** Takes the next record of the topic. Never throws: what can't be read is remembered as unreadable. */
  apply(record: { readonly key: Uint8Array | null; readonly value: Uint8Array | null }): void;
  /** @throws Error when this version can't read the definition: nothing may be decided about it then. */
  find(electionId: string): Election | undefined;
  elections(): readonly Election[];
  closing(electionId: string): Closing | undefined;
  topology(): Topology | undefined;
};

export function createElectionBook(): ElectionBook {
  const elections = new Map<string, Election>();
  const closings = new Map<string, Closing>();
  const unreadable = new Set<string>();
  let topology: Topology | undefined;

  const applyValue = (value: Uint8Array) => {
    const message = readElectionsMessage(value);
    switch (message?.kind) {
      case 'election':
        elections.set(message.definition.id, prepareElection(message.definition));
        break;
      case 'closing':
        closings.set(message.electionId, message);
        break;
      case 'topology':
        topology = message;
        break;
      case undefined:
        break;
    }
  };

  return {
    apply({ key, value }) {
      if (key === null || value === null) return;
      const name = new TextDecoder().decode(key);
      try {
        applyValue(value);
        unreadable.delete(name);
      } catch {
        unreadable.add(name);
      }
    },
    find(electionId) {
      if (unreadable.has(`election/${electionId}`)) {
        throw new Error(`the definition of election ${electionId} can not be read by this version`);
      }
      return elections.get(electionId);
    },
    elections: () => [...elections.values()],
    closing: electionId => closings.get(electionId),
    topology: () => topology,
  };
}
