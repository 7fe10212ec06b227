import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Gauge } from 'prom-client';

/** Votes are worked on for so long, then what has arrived meanwhile is read. */
const TURN_MILLIS = 1.5;
/** A burst is over by then. Where votes have waited for longer there are too many, and a long queue only makes all of them late. */
const BURST_MILLIS = 100;
/** Of those that may wait in a burst, so many where that goes on: a hundred, some seven turns' work. */
const STANDING_SHARE = 1 / 5;
/** A message's next votes join those that wait after so many (1 to 2 ms of work): at once, a thousand would have others refused. */
const VOTES_TOGETHER = 25;
/**
 * Node takes one connection in each turn of its event loop. When an election opens thousands come, and with a turn of votes
 * for each of them the last would wait for seconds: between two turns of votes they are taken for so long.
 */
const TAKING_MILLIS = 3;

type Options = {
  /** When so many votes wait, those that arrive should be refused, or left unread; a fifth of it where votes wait all the time. */
  readonly maxWaiting: number;
  readonly waiting: Pick<Gauge, 'set'>;
  /** Milliseconds. */
  readonly clock?: () => number;
};

/**
 * Keeps overload where it can be seen. Verifying a vote takes a hundred times as long as refusing it, so votes that are
 * worked on as they are read would keep everything else unread, in sockets, where nothing can count it. Here votes are
 * worked on in turns of the event loop, first come first served, and those whose turn has not come are counted.
 */
export type Turns = {
  /** Whether a vote that arrives now would wait too long: refuse it, best before its body is read. */
  readonly isFull: () => boolean;
  /** Whether any wait, or none may. */
  readonly isWaiting: () => boolean;
  /** Resolves when the next vote may be worked on; `undefined`: at once, as nearly always. */
  readonly next: () => Promise<void> | undefined;
  /** Resolves when a message of which so many votes were begun may begin another one; `undefined`: at once. */
  readonly after: (begun: number) => Promise<void> | undefined;
  /** Resolves when it is no longer full; `undefined`: it is not. */
  readonly room: () => Promise<void> | undefined;
  /** To be called when a connection was taken: others may be waiting to be. */
  readonly connected: () => void;
};

export function createTurns({
  maxWaiting,
  waiting,
  clock = performance.now.bind(performance),
}: Options): Turns {
  const mostStanding = Math.ceil(maxWaiting * STANDING_SHARE);
  const votes: (() => void)[] = [];
  let forRoom: PromiseWithResolvers<void> | undefined;
  let isOpen = false;
  let ends = 0;
  /** When no vote and no message waited last. */
  let emptyAt = clock();
  /** Whether a connection was taken since that was last looked at. */
  let hasTaken = false;
  /** Messages that may not begin their next votes yet: those of others wait. */
  const messages: (() => void)[] = [];

  /** A message that waits has at least one vote, and mostly as many as it may begin together. */
  const load = () => votes.length + VOTES_TOGETHER * messages.length;
  const isFull = () => load() >= maxWaiting || (load() >= mostStanding && clock() - emptyAt > BURST_MILLIS);
  const open = () => {
    isOpen = true;
    ends = clock() + TURN_MILLIS;
    setImmediate(close);
  };
  const close = () => {
    const isTaking = hasTaken && clock() < ends + TAKING_MILLIS;
    hasTaken = false;
    if (isTaking && votes.length > 0) return void setImmediate(close);
    isOpen = false;
    if (votes.length === 0 && messages.length === 0) return;
    open();
    workOn();
  };
  /** One vote after another: the work of a vote is what follows its promise, so the next is let in behind it. */
  const workOn = () => {
    const begin = clock() < ends ? votes.shift() : undefined;
    if (begin) {
      begin();
      return queueMicrotask(workOn);
    }
    waiting.set(votes.length);
    if (votes.length < VOTES_TOGETHER) messages.shift()?.();
    if (isFull()) return;
    forRoom?.resolve();
    forRoom = undefined;
  };

  return {
    isFull,
    isWaiting: () => load() > 0 || isFull(),
    next() {
      if (!isOpen) open();
      if (votes.length === 0) {
        const now = clock();
        if (messages.length === 0) emptyAt = now;
        if (now < ends) return undefined;
      }
      return new Promise(resolve => waiting.set(votes.push(resolve)));
    },
    after(begun) {
      if (begun === 0 || begun % VOTES_TOGETHER > 0) return undefined;
      return votes.length < VOTES_TOGETHER ? nextTurn() : new Promise(resolve => void messages.push(resolve));
    },
    room: () => (isFull() ? (forRoom ??= Promise.withResolvers<void>()).promise : undefined),
    connected() {
      hasTaken = true;
    },
  };
}
