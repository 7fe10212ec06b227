import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';

/** Takes spans by OTLP/HTTP, as JSON, and keeps them as text. */
export type Collector = {
  readonly url: string;
  received(): string;
  close(): void;
};

export async function startCollector(): Promise<Collector> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the collector has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received: () => received.join('\n'),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What makes a service send its spans there. */
export const collectorSettings = ({ url }: Pick<Collector, 'url'>) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_TRACES_SAMPLER: 'parentbased_always_on',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
});

const attributeSchema = z.object({
  key: z.string(),
  value: z.record(z.string(), z.unknown()),
});
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: z.array(attributeSchema),
  links: z.array(z.object({ traceId: z.string() })).optional(),
});
const exportSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attributeSchema.partial({ value: true })) }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

export type ReceivedSpan = Omit<z.infer<typeof spanSchema>, 'attributes'> & {
  readonly service: string;
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** Everything that has been exported, span by span. */
export function spansOf({ received }: Pick<Collector, 'received'>): ReceivedSpan[] {
  const exports = received()
    .split('\n')
    .filter(line => line !== '')
    .map(line => exportSchema.parse(JSON.parse(line)));
  return exports
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ resource, scopeSpans }) => {
      const named = resource.attributes.find(({ key }) => key === 'service.name')?.value;
      const service = z.string().catch('').parse(named?.stringValue);
      return scopeSpans
        .flatMap(({ spans }) => spans)
        .map(span => ({
          ...span,
          service,
          attributes: Object.fromEntries(
            span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
          ),
        }));
    });
}
