import websocket, { type WebSocket } from '@fastify/websocket';
import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { FastifyReply } from 'fastify';
import type { AggregatorMetrics } from '../metrics.ts';
import type { NewestSnapshots } from '../newest.ts';
import type { Results } from '../results.ts';
import type { Connection, Subscribers } from '../subscribers.ts';
import { electionParams } from './schemas.ts';

/** RFC 6455 section 7.4.1, and 1013 "try again later" of the IANA registry. */
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;

/** Readers have nothing to say. */
const MAX_INCOMING_BYTES = 1_024;

type Needs = {
  readonly results: Results;
  readonly newest: NewestSnapshots;
  readonly subscribers: Subscribers;
  readonly metrics: AggregatorMetrics;
};

/**
 * `GET /v1/elections/{electionId}/results/socket`: a WebSocket that sends the document of `/results` as text, the newest
 * at once. A slow reader skips to the newest. A ping every 15 s; who does not answer before the next is disconnected.
 */
export async function socketRoute(
  server: HttpServer,
  { results, newest, subscribers, metrics }: Needs,
): Promise<void> {
  await server.register(websocket, {
    options: { maxPayload: MAX_INCOMING_BYTES, perMessageDeflate: false },
    // What a reader does wrong ends its connection and is nobody else's concern.
    errorHandler: (_error, socket) => socket.terminate(),
  });
  server.route({
    method: 'GET',
    url: '/v1/elections/:electionId/results/socket',
    schema: {
      tags: ['results'],
      summary: 'Snapshots over a WebSocket',
      description: 'Each text message is the document of `/results`.',
      params: electionParams,
      response: problemResponses,
    },
    // Refusals are answered before the upgrade, as problem documents.
    preHandler: async (request, reply: FastifyReply) => {
      const result = await results(request.params.electionId);
      if (!result.ok) return sendRefusal(reply, result);
      if (subscribers.isOpen()) return undefined;
      metrics.subscribersRefused.inc({ transport: 'websocket' });
      return sendRefusal(reply, refuse('overloaded'));
    },
    handler: (_request, reply: FastifyReply) =>
      void sendRefusal(reply, refuse('route-unknown', undefined, 'Only WebSockets are served here.')),
    wsHandler: (socket, request) => {
      const { electionId } = request.params;
      const published = newest.get(electionId);
      // Others may have taken the last places during the upgrade.
      if (!published || !subscribers.isOpen()) return socket.close(TRY_AGAIN_LATER);
      socket.once('close', subscribers.join(electionId, 'websocket', connect(socket), published));
    },
  });
}

function connect(socket: WebSocket): Connection {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  return {
    send: ({ json }, flushed) => socket.send(json, flushed),
    beat: () => {
      if (!alive) return socket.terminate();
      alive = false;
      socket.ping();
    },
    end: () => socket.close(GOING_AWAY),
    destroy: () => socket.terminate(),
  };
}
