import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createMailbox, type Mailbox } from './mailbox.ts';
import type { Published } from './newest.ts';

export const transports = ['sse', 'websocket', 'grpc'] as const;
export type Transport = (typeof transports)[number];

/** One reader's connection. None of its functions throws, whatever state the connection is in. */
export type Connection = {
  /** `flushed` is called when the bytes have left this process. */
  readonly send: (published: Published, flushed: () => void) => void;
  /** Shows both sides that the other still lives. */
  readonly beat: () => void;
  /** Ends it in good order. */
  readonly end: () => void;
  /** Ends it at once. */
  readonly destroy: () => void;
};

export type Subscribers = {
  /** `false` when the limit is reached or the process stops. */
  isOpen(): boolean;
  /** Sends `newest` and all that follow until the returned function is called. */
  join(electionId: string, transport: Transport, connection: Connection, newest: Published): () => void;
  /** Sends to every subscriber of this snapshot's election, in the background. */
  tell(published: Published): void;
  count(transport: Transport): number;
  /** Ends all, within a second, and takes no more. */
  close(): Promise<void>;
};

export const HEARTBEAT_MILLIS = 15_000;
/** A reader that takes nothing for this many heartbeats is disconnected: it holds a place that another could have. */
const MISSED_BEATS = 4;
export const UNREAD_MILLIS = MISSED_BEATS * HEARTBEAT_MILLIS;
/** So many subscribers are written to before requests and health checks have their turn. */
const TOLD_PER_TURN = 500;
const END_DEADLINE_MILLIS = 1_000;

type Subscriber = {
  readonly transport: Transport;
  readonly connection: Connection;
  readonly mailbox: Mailbox<Published>;
  missedBeats: number;
};

/** The subscribers of one election. `newest` is what they are to have, `telling` whether they are being told now. */
type Audience = { readonly members: Set<Subscriber>; newest: Published; telling: boolean };

export function createSubscribers(limit: number): Subscribers {
  const audiences = new Map<string, Audience>();
  const counts: Record<Transport, number> = { sse: 0, websocket: 0, grpc: 0 };
  const total = () => transports.reduce((sum, transport) => sum + counts[transport], 0);
  let closing = false;
  const everybody = () => [...audiences.values()].flatMap(({ members }) => [...members]);
  const heartbeat = setInterval(() => everybody().forEach(beat), HEARTBEAT_MILLIS).unref();

  return {
    isOpen: () => !closing && total() < limit,
    count: transport => counts[transport],
    join(electionId, transport, connection, newest) {
      const audience = audiences.get(electionId) ?? {
        members: new Set<Subscriber>(),
        newest,
        telling: false,
      };
      audiences.set(electionId, audience);
      const subscriber = { transport, connection, mailbox: createMailbox(connection.send), missedBeats: 0 };
      audience.members.add(subscriber);
      counts[transport] += 1;
      subscriber.mailbox.post(newest);
      return () => {
        if (!audience.members.delete(subscriber)) return;
        counts[transport] -= 1;
        if (audience.members.size === 0) audiences.delete(electionId);
      };
    },
    tell(published) {
      const audience = audiences.get(published.snapshot.electionId);
      if (!audience) return;
      audience.newest = published;
      if (!audience.telling) void tellAll(audience);
    },
    async close() {
      closing = true;
      clearInterval(heartbeat);
      for (const { connection } of everybody()) connection.end();
      const deadline = Date.now() + END_DEADLINE_MILLIS;
      while (everybody().length > 0 && Date.now() < deadline) await sleep(20);
      for (const { connection } of everybody()) connection.destroy();
    },
  };
}

/** A snapshot that comes while others are being told is told by the same walk: nobody is sent what is already old. */
async function tellAll(audience: Audience): Promise<void> {
  audience.telling = true;
  let told: Published | undefined;
  while (told !== audience.newest) {
    told = audience.newest;
    let turn = 0;
    for (const { mailbox } of audience.members) {
      mailbox.post(audience.newest);
      turn += 1;
      if (turn % TOLD_PER_TURN === 0) await nextTurn();
    }
  }
  audience.telling = false;
}

function beat(subscriber: Subscriber): void {
  const { connection, mailbox } = subscriber;
  subscriber.missedBeats = mailbox.isBusy() ? subscriber.missedBeats + 1 : 0;
  if (subscriber.missedBeats >= MISSED_BEATS) connection.destroy();
  else if (!mailbox.isBusy()) connection.beat();
}
