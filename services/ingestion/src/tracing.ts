import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { answerName, type CastResult } from './cast-vote.ts';

const tracer = trace.getTracer('suffrage-ingestion');

/**
 * Runs `cast` inside a server span that continues the caller's trace, and gives it the headers (W3C trace context) that
 * carry it on. Without OpenTelemetry configured there are no headers and nothing is recorded. The span says only how
 * the vote was answered.
 */
export function traced(
  name: string,
  incoming: Readonly<Record<string, unknown>>,
  cast: (traceHeaders: ReadonlyMap<string, string>) => Promise<CastResult>,
): Promise<CastResult> {
  const parent = propagation.extract(context.active(), incoming);
  return tracer.startActiveSpan(name, { kind: SpanKind.SERVER }, parent, async span => {
    const carrier: Record<string, string> = {};
    propagation.inject(context.active(), carrier);
    try {
      const result = await cast(new Map(Object.entries(carrier)));
      span.setAttribute('suffrage.answer', answerName(result));
      return result;
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}
