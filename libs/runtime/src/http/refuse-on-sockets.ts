import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { type PlainRequest, readPlainRequest } from './plain-request.ts';

type Options = {
  /** Whether a connection that is opened now may have requests to refuse. Reading the others' stays all Node's. */
  readonly mayRefuseSoon: () => boolean;
  /** Asked for a request that came in one piece, while no other of its connection waits for its answer. */
  readonly refuses: (request: PlainRequest) => boolean;
  /** The whole answer. */
  readonly answer: Buffer;
};

/** What Node's server has made of a connection's requests. */
type Watched = { isServed: boolean; unanswered: number };

/**
 * Refuses requests on the socket, where Node's parser, its request and its response would cost as much again as the system
 * calls. Only those of which it is beyond doubt where they begin and end: an answer too many would make every later one of
 * the connection, behind a proxy perhaps another voter's, the answer to something else. So a connection is watched until the
 * first piece comes that is not one whole request; from then on it is Node's alone, as upgrades need it to be.
 *
 * Looks at what comes before the listener does through which Node's server reads it; where Node should ever read in another
 * way, nothing is refused here.
 * @returns to be told of each response that Node has made, before it is answered.
 */
export function refuseOnSockets(
  server: Server,
  { mayRefuseSoon, refuses, answer }: Options,
): (response: ServerResponse) => void {
  const watched = new WeakMap<Socket, Watched>();

  const watch = (socket: Socket) => {
    const [parse, ...others] = socket.listeners('data');
    if (!isReader(parse) || others.length > 0 || !mayRefuseSoon()) return;
    const state: Watched = { isServed: false, unanswered: 0 };
    const read = (bytes: Buffer) => {
      const request = readPlainRequest(bytes);
      if (!request) {
        watched.delete(socket);
        socket.off('data', read).on('data', parse);
      }
      // Node times the first request from the moment of connecting, and ends the connection unless it reads that one. It also
      // holds back clients that do not read their answers.
      const isIdle =
        state.isServed && state.unanswered === 0 && socket.writableLength === 0 && socket.writable;
      if (request && isIdle && refuses(request)) socket.write(answer);
      else parse.call(socket, bytes);
    };
    watched.set(socket, state);
    socket.off('data', parse).on('data', read);
  };

  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', watch);
  return response => {
    const state = watched.get(response.req.socket);
    if (!state) return;
    state.isServed = true;
    state.unanswered += 1;
    response.once('close', () => (state.unanswered -= 1));
  };
}

function isReader(listener: unknown): listener is (bytes: Buffer) => void {
  return typeof listener === 'function';
}
