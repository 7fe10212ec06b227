import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { Snapshot } from '@suffrage/contracts/results';
import { createServer, type ServerResponse } from 'node:http';
import { listen } from './listen.ts';

/** What the page's own test needs of the registrar and of an aggregator, on real HTTP. */
export type StandIn = {
  readonly origin: string;
  show(definition: ElectionDefinition, phase: string): void;
  /** Makes this the newest snapshot, and sends it to every open stream. */
  publish(snapshot: Snapshot): void;
  /** Ends all streams and refuses new ones until `allowStreams`. */
  cutStreams(): void;
  allowStreams(): void;
  /** While `true` everything is answered 503. */
  fail(failing: boolean): void;
  openStreams(): number;
  close(): Promise<void>;
};

export async function startStandIn(): Promise<StandIn> {
  const elections = new Map<string, { definition: ElectionDefinition; phase: string }>();
  const streams = new Set<ServerResponse>();
  let newest: Snapshot | undefined;
  let streaming = true;
  let failing = false;

  const openStream = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    streams.add(response);
    response.once('close', () => streams.delete(response));
    if (newest) sendEvent(response, newest);
  };

  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/v1/elections', '');
    const [, id = '', what, how] = path.split('/');
    const election = elections.get(id);
    if (failing) return answer(response, 503, {});
    if (path === '') return answer(response, 200, { elections: [...elections.values()] });
    if (election === undefined) return answer(response, 404, {});
    if (what === undefined) return answer(response, 200, election);
    if (how === 'stream') return streaming ? openStream(response) : answer(response, 503, {});
    return newest ? answer(response, 200, newest) : answer(response, 404, {});
  });
  const origin = await listen(server);

  return {
    origin,
    show: (definition, phase) => void elections.set(definition.id, { definition, phase }),
    publish: snapshot => {
      newest = snapshot;
      for (const stream of streams) sendEvent(stream, snapshot);
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
    openStreams: () => streams.size,
    close: () => {
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
