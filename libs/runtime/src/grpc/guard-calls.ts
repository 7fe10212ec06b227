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
/** An unfinished request may hold a whole message. So many may take longer than 200 ms to arrive, further ones are cut. */
const SLOW_ARRIVAL_MILLIS = 200;
const MAX_SLOW_ARRIVALS = 100;

type Options = {
  /** Path of a method -> how many of its calls may be open at once, from their first byte to the last of the answer. */
  readonly maxCalls: Readonly<Record<string, number>>;
  /** A client that takes nothing of a message for so long ends its connection. */
  readonly unreadMillis: number;
  /** Ends the connection of this peer. */
  readonly cutOff: (peer: string) => void;
};

/**
 * Bounds what calls can make this process hold. A stream that nobody reads can't be reset by itself (its end would wait
 * for what is unread), so its connection goes.
 */
export function guardCalls({ maxCalls, unreadMillis, cutOff }: Options): ServerInterceptor {
  const open = new Map<string, number>();
  let slow = 0;

  const watchArrival = (peer: string) => {
    let isSlow = false;
    const late = () => {
      if (isSlow || slow >= MAX_SLOW_ARRIVALS) return cutOff(peer);
      isSlow = true;
      slow += 1;
      timer = setTimeout(late, ARRIVAL_MILLIS - SLOW_ARRIVAL_MILLIS);
    };
    let timer = setTimeout(late, SLOW_ARRIVAL_MILLIS);
    return () => {
      clearTimeout(timer);
      if (isSlow) slow -= 1;
      isSlow = false;
    };
  };

  return ({ path, requestStream }, call) => {
    const peer = call.getPeer();
    const unread = createUnreadTimer(() => cutOff(peer), unreadMillis);
    let isCounted = false;
    let arrived = () => {};
    const listener: ServerListener = {
      onReceiveMetadata: (metadata, next) => {
        const calls = open.get(path) ?? 0;
        if (calls >= (maxCalls[path] ?? Number.POSITIVE_INFINITY)) {
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

type UnreadTimer = { readonly start: () => void; readonly stop: () => void; readonly end: () => void };

/** gRPC has one message of a call under way at a time, so a call needs one timer. */
function createUnreadTimer(cut: () => void, millis: number): UnreadTimer {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const stop = () => clearTimeout(timer);
  return {
    stop,
    start: () => {
      stop();
      // What is sent on a call that is over is dropped, and nobody would stop the timer.
      if (!isOver) timer = setTimeout(cut, millis);
    },
    end: () => {
      isOver = true;
      stop();
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
