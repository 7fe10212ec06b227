import type { Snapshot } from '@suffrage/contracts/results';
import { shouldPublish } from './snapshot.ts';

/** A snapshot with its bytes: written once, however many read it. */
export type Published = {
  readonly snapshot: Snapshot;
  readonly json: string;
  /** One server-sent event. */
  readonly event: Buffer;
};

/** The newest snapshot of each election that this process has seen, from the relay, the store or its own reading. */
export type NewestSnapshots = {
  get(electionId: string): Published | undefined;
  /** Takes a snapshot that may follow the one kept; any other is ignored. Never goes back. */
  offer(snapshot: Snapshot): void;
  /** Milliseconds since 1970 of the least recent one; `undefined` when there is none. */
  oldestAsOf(): number | undefined;
};

export function createNewestSnapshots(onNewer: (published: Published) => void): NewestSnapshots {
  const newest = new Map<string, Published>();
  return {
    get: electionId => newest.get(electionId),
    offer(snapshot) {
      if (!shouldPublish(snapshot, newest.get(snapshot.electionId)?.snapshot)) return;
      const published = prepare(snapshot);
      newest.set(snapshot.electionId, published);
      onNewer(published);
    },
    oldestAsOf() {
      const times = [...newest.values()].map(({ snapshot }) => Date.parse(snapshot.asOf));
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}

function prepare(snapshot: Snapshot): Published {
  const json = JSON.stringify(snapshot);
  return {
    snapshot,
    json,
    event: Buffer.from(`id: ${snapshot.version}\nevent: snapshot\ndata: ${json}\n\n`),
  };
}
