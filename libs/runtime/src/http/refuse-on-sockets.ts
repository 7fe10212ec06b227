import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { type PlainRequest, readPlainRequest } from './plain-request.ts';

type Options = {
  /** Whether a connection that is opened now may have requests to refuse. Reading the others' stays all Node's. */
  readonly isNear: () => boolean;
  /** Asked for a request that came in one piece, while no other of its connection waits for its answer. */
  readonly refuses: (request: PlainRequest) => boolean;
  /** The whole answer. */
  readonly answer: Buffer;
};

type Watched = {
  /** To the last request that Node has read. */
  lastAnswer: ServerResponse | undefined;
  /** Whether all that has come so far were plain requests, so that the next bytes are the beginning of one. */
  isPlain: boolean;
};

/**
 * Refuses requests on the socket, where Node's parser, its request and its response would cost as much again as the system
 * calls. Only those of which it is beyond doubt where they begin and end: an answer too many would make every later one of
 * the connection, behind a proxy perhaps another voter's, the answer to something else.
 *
 * Looks at what a connection brings before the listener does through which Node's server reads it; where Node should ever read
 * in another way, nothing is refused here.
 * @returns to be told of each response that Node has made, before it is answered.
 */
export function refuseOnSockets(
  server: Server,
  { isNear, refuses, answer }: Options,
): (response: ServerResponse) => void {
  const watched = new WeakMap<Socket, Watched>();

  const watch = (socket: Socket) => {
    const [parse, ...others] = socket.listeners('data');
    if (!parse || others.length > 0 || !isNear()) return;
    const state: Watched = { lastAnswer: undefined, isPlain: true };
    watched.set(socket, state);
    socket.removeAllListeners('data');
    socket.on('data', (bytes: Buffer) => {
      const request = state.isPlain ? readPlainRequest(bytes) : undefined;
      state.isPlain = request !== undefined;
      // A client that does not read its answers is held back by Node. It also times the first request from
      // the moment of connecting: unless it reads that one, it ends the connection.
      const isIdle = state.lastAnswer?.writableFinished === true && socket.writableLength === 0;
      if (request && isIdle && refuses(request)) socket.write(answer);
      else Reflect.apply(parse, socket, [bytes]);
    });
  };

  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', watch);
  return response => {
    const state = watched.get(response.req.socket);
    if (state) state.lastAnswer = response;
  };
}
