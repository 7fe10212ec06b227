import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(''),
  name: z.string(),
  startTimeUnixNano: z.coerce.bigint(),
  endTimeUnixNano: z.coerce.bigint(),
});
const resourceSchema = z.object({
  attributes: z.array(z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) })),
});
const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({ resource: resourceSchema, scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) }),
  ),
});

export type Span = z.infer<typeof spanSchema> & { readonly service: string };

const MOST_TRACES = 100;

export type Traces = {
  /** The newest first; of each its spans as they came. */
  newest(): readonly (readonly Span[])[];
  close(): Promise<void>;
};

/** Takes spans where a collector would: OTLP over HTTP, as JSON. The oldest traces are forgotten. */
export async function receiveTraces(port: number): Promise<Traces> {
  const traces = new Map<string, Span[]>();
  const keep = (span: Span) => {
    const known = traces.get(span.traceId);
    if (known) return void known.push(span);
    traces.set(span.traceId, [span]);
    const [oldest] = traces.keys();
    if (traces.size > MOST_TRACES && oldest !== undefined) traces.delete(oldest);
  };
  const server = createServer((request, response) => void take(request, response, keep));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    newest: () => [...traces.values()].toReversed(),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function take(
  request: IncomingMessage,
  response: ServerResponse,
  keep: (span: Span) => void,
): Promise<void> {
  const answer = (status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  if (request.headers['content-type'] !== 'application/json')
    return void answer(415, '"only JSON is taken here: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json"');
  const body = await json(request).catch(() => undefined);
  const parsed = exportSchema.safeParse(body);
  if (!parsed.success) return void answer(400, JSON.stringify(parsed.error.issues));
  for (const { resource, scopeSpans } of parsed.data.resourceSpans) {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    for (const span of scopeSpans.flatMap(({ spans }) => spans)) keep({ ...span, service });
  }
  answer(200, '{}');
}
