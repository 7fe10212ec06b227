import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('suffrage-ingestion');

/** What a span may say of a request: how its vote was answered, or how many votes it had. Nothing of a vote itself. */
export type RequestSpan = {
  setAttribute(name: 'suffrage.answer' | 'suffrage.votes', value: string | number): unknown;
};

/**
 * Runs `handle` inside a server span that continues the caller's trace, and gives it the headers (W3C trace context) that
 * carry it on. Without OpenTelemetry configured there are no headers and nothing is recorded. One span for a request,
 * however many votes it has.
 */
export function traced<T>(
  name: string,
  incoming: Readonly<Record<string, unknown>>,
  handle: (traceHeaders: ReadonlyMap<string, string>, span: RequestSpan) => Promise<T>,
): Promise<T> {
  const parent = propagation.extract(context.active(), incoming);
  return tracer.startActiveSpan(name, { kind: SpanKind.SERVER }, parent, async (span: Span) => {
    const carrier: Record<string, string> = {};
    propagation.inject(context.active(), carrier);
    try {
      return await handle(new Map(Object.entries(carrier)), span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
