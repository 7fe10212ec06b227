import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { AggregatorMetrics } from '../metrics.ts';
import type { Results } from '../results.ts';
import type { Connection, Subscribers } from '../subscribers.ts';
import { electionParams } from './schemas.ts';

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Asks proxies not to hold events back.
  'x-accel-buffering': 'no',
};

type Needs = {
  readonly results: Results;
  readonly subscribers: Subscribers;
  readonly metrics: AggregatorMetrics;
};

const events = {
  description: 'The stream; it ends only with the connection.',
  content: { 'text/event-stream': { schema: z.unknown() } },
};

/**
 * `GET /v1/elections/{electionId}/results/stream`: server-sent events named `snapshot`, the newest one at once, `id` =
 * version. A slow reader skips to the newest. A comment every 15 s keeps the connection.
 */
export function streamRoute(server: HttpServer, { results, subscribers, metrics }: Needs): void {
  const schema = {
    tags: ['results'],
    summary: 'Snapshots as server-sent events',
    description: 'Event `snapshot`, data: the document of `/results`, id: its version.',
    params: electionParams,
    response: { 200: events, ...problemResponses },
  };
  const path = '/v1/elections/:electionId/results/stream';
  server.get(path, { schema, exposeHeadRoute: false }, async (request, reply) => {
    const { electionId } = request.params;
    const result = await results(electionId);
    if (!result.ok) return sendRefusal(reply, result);
    if (!subscribers.isOpen()) {
      metrics.subscribersRefused.inc({ transport: 'sse' });
      return sendRefusal(reply, refuse('overloaded'));
    }
    reply.hijack();
    const { raw } = reply;
    // Who left while the snapshot was fetched would never be noticed leaving.
    if (raw.destroyed) return reply;
    raw.writeHead(200, HEADERS);
    raw.once('close', subscribers.join(electionId, 'sse', eventStream(raw), result.published));
    return reply;
  });
}

function eventStream(raw: ServerResponse): Connection {
  // A connection that breaks ends by 'close'; without a listener the error would end the process.
  raw.on('error', () => undefined);
  return {
    send: ({ event }, flushed) => void raw.write(event, flushed),
    beat: () => void raw.write(':\n\n'),
    end: () => void raw.end(),
    destroy: () => void raw.destroy(),
  };
}
