import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { Snapshot } from '@suffrage/contracts/results';
import { createServer, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { listen } from './listen.ts';

/** What the page's own test needs of the registrar and of an aggregator, on real HTTP. */
export type StandIn = {
  readonly origin: string;
  show(definition: ElectionDefinition, phase: string): void;
  /** Knows no election and no snapshot any more. */
  forget(): void;
  /** Makes this the newest snapshot, and sends it to every open stream. */
  publish(snapshot: Snapshot): void;
  /** Ends all streams and refuses new ones until `allowStreams`. */
  cutStreams(): void;
  allowStreams(): void;
  /** While `true` everything is answered 503. */
  fail(failing: boolean): void;
  /** Lets WebSockets in, which are refused else. */
  allowSockets(): void;
  /** What is answered below an election's address, such as `flow` or `results/document`; 404 else. */
  tell(path: string, document: unknown): void;
  openStreams(): number;
  openSockets(): number;
  close(): Promise<void>;
};

export async function startStandIn(): Promise<StandIn> {
  const elections = new Map<string, { definition: ElectionDefinition; phase: string }>();
  const streams = new Set<ServerResponse>();
  let newest: Snapshot | undefined;
  let streaming = true;
  let failing = false;
  let takesSockets = false;
  const documents = new Map<string, unknown>([
    ['results/course', { points: [] }],
    ['issued', { issued: 0, exact: false }],
  ]);
  const sockets = new WebSocketServer({ noServer: true });

  const openStream = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    streams.add(response);
    response.once('close', () => streams.delete(response));
    if (newest) sendEvent(response, newest);
  };

  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/v1/elections', '');
    const [, id = '', what, how] = path.split('/');
    const below = path.split('/').slice(2).join('/');
    const election = elections.get(id);
    if (failing) return answer(response, 503, {});
    if (path === '') return answer(response, 200, { elections: [...elections.values()] });
    if (election === undefined) return answer(response, 404, {});
    if (what === undefined) return answer(response, 200, election);
    const document = documents.get(below);
    if (document !== undefined) return answer(response, 200, document);
    if (what !== 'results' || (how !== undefined && how !== 'stream')) return answer(response, 404, {});
    if (how === 'stream') return streaming ? openStream(response) : answer(response, 503, {});
    return newest ? answer(response, 200, newest) : answer(response, 404, {});
  });
  server.on('upgrade', (request, socket, head) => {
    if (!takesSockets || failing) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, connection => {
      if (newest) connection.send(JSON.stringify(newest));
    });
  });
  const origin = await listen(server);

  return {
    origin,
    show: (definition, phase) => void elections.set(definition.id, { definition, phase }),
    forget: () => {
      elections.clear();
      newest = undefined;
    },
    publish: snapshot => {
      newest = snapshot;
      for (const stream of streams) sendEvent(stream, snapshot);
      for (const socket of sockets.clients) socket.send(JSON.stringify(snapshot));
    },
    cutStreams: () => {
      streaming = false;
      for (const stream of streams) stream.destroy();
    },
    allowStreams: () => {
      streaming = true;
    },
    fail: value => {
      failing = value;
    },
    allowSockets: () => {
      takesSockets = true;
    },
    tell: (path, document) => void documents.set(path, document),
    openStreams: () => streams.size,
    openSockets: () => sockets.clients.size,
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      return new Promise(resolve => {
        server.close(() => resolve());
      });
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendEvent(stream: ServerResponse, snapshot: Snapshot): void {
  stream.write(`id: ${snapshot.version}\nevent: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`);
}
