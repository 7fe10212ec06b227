import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';

/** What spans may say, by OpenTelemetry's names where there are some. Nothing of a voter, a vote's content or an address. */
export type SpanAttributes = Partial<{
  'http.request.method': string;
  'http.route': string;
  'http.response.status_code': number;
  'rpc.system.name': 'grpc';
  'rpc.method': string;
  'rpc.response.status_code': string;
  /** What went wrong, where it was no fault of the caller. */
  'error.type': string;
  'messaging.system': 'kafka';
  'messaging.destination.name': string;
  'messaging.destination.partition.id': string;
  'messaging.operation.name': string;
  'messaging.operation.type': 'send' | 'process';
  'messaging.batch.message_count': number;
  'db.system.name': 'postgresql' | 'redis';
  'db.operation.name': string;
  'db.operation.batch.size': number;
  'suffrage.answer': string;
  'suffrage.votes': number;
}>;

const tracer = trace.getTracer('suffrage');

/** Whether anything of what happens in a context may leave: `undefined` until a vote's election is known. */
type Permission = { allowed?: boolean };
const PERMISSION = createContextKey('suffrage permission to trace');

/** The trace of one request. Without OpenTelemetry configured there are no headers and nothing is recorded. */
export type RequestTrace = {
  /** W3C trace context that carries the trace on. */
  readonly headers: ReadonlyMap<string, string>;
  /** The request has a vote that may be traced. Unless this is said, nothing of the request leaves. */
  allow(): void;
  /** The request has a vote of a secret election: nothing of it leaves, whatever else it has. */
  forbid(): void;
  /** Of a request that leaves, as far as is known by now. */
  traceId(): string | undefined;
};

let isOn = false;

/** From now on requests are traced: there is an SDK to take their spans. */
export function turnOnTracing(): void {
  isOn = true;
}

const NOT_TRACED: RequestTrace = {
  headers: new Map(),
  allow: () => undefined,
  forbid: () => undefined,
  traceId: () => undefined,
};

type Incoming = {
  /** As it stands for the request wherever that is measured: see `exemplarOf`. */
  readonly request: object;
  /** Asked only where requests are traced. */
  readonly headers: () => Readonly<Record<string, unknown>>;
};

/** Of requests whose span has left. */
const traceIds = new WeakMap<object, string>();
const NO_EXEMPLAR = {};

/** What the time of a request names as its example: its trace, once its span has left, and nothing otherwise. */
export function exemplarOf(request: object): Readonly<Record<string, string>> {
  const traceId = traceIds.get(request);
  return traceId === undefined ? NO_EXEMPLAR : { trace_id: traceId };
}

/**
 * Runs `handle` inside a server span that continues the caller's trace and says what `describe` makes of the result. One
 * span for a request, however many votes it has. A span that is never ended is never exported: that is how requests of secret
 * elections, and those whose election nobody has found yet, leave nothing behind. Without an SDK `handle` runs as it is: there
 * is nobody to take a span, and making one costs something for each vote.
 */
export function traceRequest<T>(
  name: string,
  attributes: SpanAttributes,
  { request, headers }: Incoming,
  handle: (request: RequestTrace) => Promise<T>,
  describe: (result: T) => SpanAttributes,
): Promise<T> {
  if (!isOn) return handle(NOT_TRACED);
  const permission: Permission = {};
  const parent = propagation.extract(context.active(), headers()).setValue(PERMISSION, permission);
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  // Of a request that was not chosen nothing goes on, either: that would cost each record a header, and whoever reads it.
  if (!span.isRecording()) return handle(NOT_TRACED);
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      const result = await handle(requestTrace(span, permission));
      const described = describe(result);
      span.setAttributes(described);
      if (described['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      return result;
    } catch (error) {
      recordError(span, error);
      throw error;
    } finally {
      if (permission.allowed) {
        traceIds.set(request, span.spanContext().traceId);
        span.end();
      }
    }
  });
}

/** By its kind: what an error says may name a voter. */
function recordError(span: Span, error: unknown): void {
  span.setAttribute('error.type', error instanceof Error ? error.name : '_OTHER');
  span.setStatus({ code: SpanStatusCode.ERROR });
}

function requestTrace(span: Span, permission: Permission): RequestTrace {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  const { traceparent } = carrier;
  return {
    // Not what else a caller may have given: baggage can name somebody.
    headers: new Map(traceparent === undefined ? [] : [['traceparent', traceparent]]),
    allow: () => void (permission.allowed ??= true),
    forbid: () => void (permission.allowed = false),
    traceId: () => (permission.allowed ? span.spanContext().traceId : undefined),
  };
}

type Work = {
  readonly name: string;
  readonly kind: 'send' | 'process' | 'query';
  readonly attributes: SpanAttributes;
};

const KINDS = { send: SpanKind.PRODUCER, process: SpanKind.CONSUMER, query: SpanKind.CLIENT };

/**
 * Runs work on many votes at once: a span that continues the trace of the first sampled one of `traceparents` and links to
 * the others. None, and no span, when none of them is sampled.
 */
export function traceWork<T>(work: Work, traceparents: readonly string[], run: () => Promise<T>): Promise<T> {
  if (traceparents.length === 0) return run();
  const [first, ...others] = traceparents.map(remoteContext).filter(isSampled);
  if (!first) return run();
  const links = others
    .flatMap(other => trace.getSpanContext(other) ?? [])
    .map(linked => ({ context: linked }));
  return inSpan(work, { links }, first.setValue(PERMISSION, { allowed: true }), run);
}

/** A step of work that is being traced; nothing where it is not. */
export function traceStep<T>(work: Work, run: () => Promise<T>): Promise<T> {
  if (!isTraced()) return run();
  return inSpan(work, {}, context.active(), run);
}

function inSpan<T>(
  { name, kind, attributes }: Work,
  options: { readonly links?: { context: NonNullable<ReturnType<typeof trace.getSpanContext>> }[] },
  parent: Context,
  run: () => Promise<T>,
): Promise<T> {
  const given: Attributes = attributes;
  return tracer.startActiveSpan(
    name,
    { kind: KINDS[kind], attributes: given, ...options },
    parent,
    async span => {
      try {
        return await run();
      } catch (error) {
        recordError(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
  );
}

/** Of the work under way, to carry it on: `undefined` where it is not traced. */
export function activeTraceparent(): string | undefined {
  if (!isTraced()) return undefined;
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}

/** What logs may name of the work under way. */
export function activeTraceId(): string | undefined {
  return isTraced() ? trace.getActiveSpan()?.spanContext().traceId : undefined;
}

function isTraced(): boolean {
  const permission = context.active().getValue(PERMISSION);
  const isAllowed =
    typeof permission === 'object' &&
    permission !== null &&
    'allowed' in permission &&
    permission.allowed === true;
  return isAllowed && trace.getActiveSpan()?.isRecording() === true;
}

const remoteContext = (traceparent: string) => propagation.extract(ROOT_CONTEXT, { traceparent });

function isSampled(remote: Context): boolean {
  return ((trace.getSpanContext(remote)?.traceFlags ?? TraceFlags.NONE) & TraceFlags.SAMPLED) !== 0;
}
