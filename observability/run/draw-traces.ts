import { escape } from './escape.ts';
import type { Span } from './receive-traces.ts';

const SHOWN = 20;

/** The newest traces as lists within lists: who did what, how long after the beginning, and for how long. */
export function drawTraces(traces: readonly (readonly Span[])[]): string {
  const shown = traces.slice(0, SHOWN).map(drawTrace).join('');
  const none =
    '<p>None yet. Elections that are secret leave none; of others one request in a hundred begins one. The services send them when the stack was started with</p><pre>OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_EXPORTER_OTLP_PROTOCOL=http/json make up</pre>';
  return `<main><h1>Traces</h1><p>The newest, from the request that brought a vote to the result that shows it.</p>${shown || none}</main>`;
}

function drawTrace(spans: readonly Span[]): string {
  const [first] = spans.toSorted(byStart);
  if (!first) return '';
  const known = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentSpanId }) => !known.has(parentSpanId));
  return `<h2>${escape(first.traceId)}</h2>${drawSpans(roots, spans, first.startTimeUnixNano)}`;
}

function drawSpans(level: readonly Span[], all: readonly Span[], begun: bigint): string {
  if (level.length === 0) return '';
  const items = level.toSorted(byStart).map(span => {
    const after = millis(span.startTimeUnixNano - begun);
    const took = millis(span.endTimeUnixNano - span.startTimeUnixNano);
    const below = all.filter(({ parentSpanId }) => parentSpanId === span.spanId);
    return `<li><b>${escape(span.service)}</b> ${escape(span.name)}: after ${after} ms, took ${took} ms${drawSpans(below, all, begun)}</li>`;
  });
  return `<ol class="spans">${items.join('')}</ol>`;
}

const byStart = (a: Span, b: Span) => Number(a.startTimeUnixNano - b.startTimeUnixNano);
const millis = (nanos: bigint) => (Number(nanos) / 1e6).toFixed(1);
