import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { toServiceError } from '@suffrage/runtime/grpc/status';
import type { ServerDuplexStream } from '@grpc/grpc-js';

export type OpenStream = {
  /** Takes no more, sends the answers to all that was taken, and ends the stream with this refusal. */
  end(why: Refusal): void;
  /** Resolves when the stream is over and nothing that it took is being worked on any more. */
  readonly over: Promise<void>;
};

type Options<Request, Response> = {
  /** Requests whose answer the client has not taken: at that many the stream is not read until it has. */
  readonly maxUntaken: number;
  /** Resolves when more may be read; `undefined`: now. */
  readonly room: () => Promise<void> | undefined;
  /** After so long without a request, and with nothing to answer, the stream ends with `request-timeout`. */
  readonly idleMillis: number;
  /** Never rejects. */
  readonly answer: (request: Request) => Promise<Response>;
};

/** Of a request in its stream; `response` once there is one. */
type Place<Response> = { response?: Response };

/**
 * Answers the requests of a stream in the order in which they came, while working on many at once. What is not read here
 * waits with the client: HTTP/2's flow control holds it back. When the client has given up nothing more is read, and the
 * answers to what was taken are dropped.
 */
export function answerStream<Request, Response extends object>(
  stream: ServerDuplexStream<Request, Response>,
  { maxUntaken, room, idleMillis, answer }: Options<Request, Response>,
): OpenStream {
  let untaken = 0;
  let isEnding = false;
  /** One for each request that was taken, in order; those before the first that waits have been sent. */
  const places: Place<Response>[] = [];
  let afterAll: (() => void) | undefined;
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const { promise: answered, resolve: allAnswered } = Promise.withResolvers<void>();

  const sendReady = () => {
    for (let first = places[0]; first?.response !== undefined; first = places[0]) {
      places.shift();
      if (!stream.cancelled) stream.write(first.response, taken);
    }
    if (places.length > 0 || !afterAll) return;
    afterAll();
    afterAll = undefined;
    allAnswered();
  };
  const finish = (send: () => void) => {
    if (isEnding) return;
    isEnding = true;
    stream.pause();
    clearTimeout(idle);
    afterAll = send;
    sendReady();
  };
  const end = (why: Refusal) => finish(() => void stream.emit('error', toServiceError(why)));
  const whenIdle = () => {
    if (untaken === 0) end(refuse('request-timeout'));
    else idle.refresh();
  };
  const idle = setTimeout(whenIdle, idleMillis);
  let isWaiting = false;
  const readOn = () => {
    if (untaken < maxUntaken && !isWaiting && !isEnding) stream.resume();
  };
  const taken = () => {
    untaken -= 1;
    readOn();
  };
  const waitForRoom = async (until: Promise<void>) => {
    isWaiting = true;
    stream.pause();
    await until;
    isWaiting = false;
    readOn();
  };

  stream.on('data', (request: Request) => {
    untaken += 1;
    idle.refresh();
    if (untaken >= maxUntaken) stream.pause();
    const place: Place<Response> = {};
    places.push(place);
    void answer(request).then(response => {
      place.response = response;
      sendReady();
    });
    const full = room();
    if (full && !isWaiting) void waitForRoom(full);
  });
  stream.once('end', () => finish(() => stream.end()));
  stream.once('cancelled', () => {
    finish(() => undefined);
    close();
  });
  return { end, over: closed.then(() => answered) };
}
