import { refuse } from '@suffrage/contracts/errors';
import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type ServerListener,
} from '@grpc/grpc-js';
import { toServiceError } from './status.ts';

/** As for REST: a request that has not come whole by then ends its connection. */
const ARRIVAL_MILLIS = 10_000;
/** Only requests that take longer are looked at. */
const SLOW_ARRIVAL_MILLIS = 200;
const LOOK_MILLIS = 100;
/** Each takes some 10 KB, though it may have sent nothing. Further ones end their connection. */
const MAX_SLOW_ARRIVALS = 10_000;

type Options = {
  /** Path of a method -> how many of its calls may be open at once, from their first byte to the last of the answer. */
  readonly maxCalls: Readonly<Record<string, number>>;
  /** Whether a call that arrives is refused. */
  readonly isFull: (path: string) => boolean;
  /** How much unfinished requests may hold, all together. */
  readonly maxUnfinishedBytes: number;
  /** A client that takes nothing of a message for so long ends its connection. */
  readonly unreadMillis: number;
  /** What the connection of this peer has received since it was opened. */
  readonly receivedBytes: (peer: string) => number;
  /** Ends the connection of this peer. */
  readonly cutOff: (peer: string) => void;
};

/**
 * Bounds what calls can make this process hold. A stream that nobody reads can't be reset by itself (its end would wait
 * for what is unread), so its connection goes.
 */
export function guardCalls(options: Options): ServerInterceptor {
  const { maxCalls, isFull, unreadMillis, cutOff } = options;
  const open = new Map<string, number>();
  const watchArrival = createArrivalWatch(options);

  return ({ path, requestStream }, call) => {
    const peer = call.getPeer();
    const unread = createUnreadTimer(() => cutOff(peer), unreadMillis);
    let isCounted = false;
    let arrived = () => {};
    const listener: ServerListener = {
      onReceiveMetadata: (metadata, next) => {
        const calls = open.get(path) ?? 0;
        if (calls >= (maxCalls[path] ?? Number.POSITIVE_INFINITY) || isFull(path)) {
          return call.sendStatus(toServiceError(refuse('overloaded')));
        }
        open.set(path, calls + 1);
        isCounted = true;
        if (!requestStream) arrived = watchArrival(peer);
        next(metadata);
      },
      onReceiveHalfClose: next => {
        arrived();
        next();
      },
      // Called when the call is over, in whatever way, and its answer has left.
      onCancel: () => {
        arrived();
        unread.end();
        if (isCounted) open.set(path, (open.get(path) ?? 1) - 1);
      },
    };
    return new GuardedCall(call, listener, unread);
  };
}

/** Where its connection stood when a request began. */
type Arrival = { readonly peer: string; readonly from: number };

/**
 * Watches requests until they have come whole. What those of a connection hold is not to be seen, but is no more than the
 * connection has received since the first of them began. Their number says little: a client with hundreds of small
 * requests at once waits for HTTP/2's window with most of them, and these hold nothing.
 */
function createArrivalWatch({ maxUnfinishedBytes, receivedBytes, cutOff }: Options) {
  /** Of each peer its slow requests, the first first. */
  const slow = new Map<string, Set<Arrival>>();
  let count = 0;
  let looking: NodeJS.Timeout | undefined;

  const heldBy = ([peer, [first]]: [string, Set<Arrival>]) => ({
    peer,
    bytes: Math.max(0, receivedBytes(peer) - (first?.from ?? 0)),
  });
  const look = () => {
    const held = [...slow].map(heldBy).toSorted((a, b) => b.bytes - a.bytes);
    let total = held.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { peer, bytes } of held) {
      if (total <= maxUnfinishedBytes) return;
      cutOff(peer);
      total -= bytes;
    }
  };
  const add = (arrival: Arrival) => {
    count += 1;
    const others = slow.get(arrival.peer) ?? new Set();
    slow.set(arrival.peer, others.add(arrival));
    looking ??= setInterval(look, LOOK_MILLIS);
  };
  const remove = (arrival: Arrival) => {
    const others = slow.get(arrival.peer);
    if (!others?.delete(arrival)) return;
    count -= 1;
    if (others.size > 0) return;
    slow.delete(arrival.peer);
    if (slow.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  };

  return (peer: string) => {
    const arrival = { peer, from: receivedBytes(peer) };
    let timer = setTimeout(() => {
      if (count >= MAX_SLOW_ARRIVALS) return cutOff(peer);
      add(arrival);
      timer = setTimeout(() => cutOff(peer), ARRIVAL_MILLIS - SLOW_ARRIVAL_MILLIS);
    }, SLOW_ARRIVAL_MILLIS);
    return () => {
      clearTimeout(timer);
      remove(arrival);
    };
  };
}

type UnreadTimer = { readonly start: () => void; readonly stop: () => void; readonly end: () => void };

/** One for all messages of a call, and none is set for each of them: they are taken in turn. */
function createUnreadTimer(cut: () => void, millis: number): UnreadTimer {
  let untaken = 0;
  /** When a message was taken last, or the first of those was sent that have not been. */
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = () => {
    timer = undefined;
    if (untaken === 0) return;
    const left = since + millis - performance.now();
    if (left <= 0) cut();
    else timer = setTimeout(look, left);
  };
  return {
    start: () => {
      if (untaken === 0) since = performance.now();
      untaken += 1;
      // What is sent on a call that is over is dropped, and nobody would stop the timer.
      if (!isOver) timer ??= setTimeout(look, millis);
    },
    stop: () => {
      untaken -= 1;
      since = performance.now();
    },
    end: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

/** A class because an interceptor without one is not told when a message has left. */
class GuardedCall extends ServerInterceptingCall {
  readonly #unread: UnreadTimer;

  constructor(call: ServerInterceptingCallInterface, listener: ServerListener, unread: UnreadTimer) {
    super(call, { start: next => next(listener) });
    this.#unread = unread;
  }

  override sendMessage(message: unknown, sent: () => void): void {
    this.#unread.start();
    super.sendMessage(message, () => {
      this.#unread.stop();
      sent();
    });
  }
}
