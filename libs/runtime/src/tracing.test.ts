import { SpanStatusCode } from '@opentelemetry/api';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createLog } from './log.ts';
import { exemplarOf, type RequestTrace, traceRequest, traceWork, turnOnTracing } from './tracing.ts';

type Processor = NonNullable<NodeSDKConfiguration['spanProcessors']>[number];
const ended: Parameters<Processor['onEnd']>[0][] = [];
const keep: Processor = {
  onStart: () => undefined,
  onEnd: span => void ended.push(span),
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};
const sdk = new NodeSDK({
  instrumentations: [],
  autoDetectResources: false,
  spanProcessors: [keep],
  metricReaders: [],
  logRecordProcessors: [],
});
const traceOf = (digit: string) => digit.repeat(32);
const parent = (digit: string, sampled = true) =>
  `00-${traceOf(digit)}-${digit.repeat(16)}-0${sampled ? 1 : 0}`;

beforeAll(() => {
  sdk.start();
  turnOnTracing();
});
beforeEach(() => void ended.splice(0));
afterAll(() => sdk.shutdown());

test('work on many votes goes on in the trace of the first sampled one, with links to the others', async () => {
  const attributes = { 'messaging.system': 'kafka' } as const;
  const traceparents = [parent('a', false), parent('b'), parent('c'), parent('d')];
  await traceWork({ name: 'send votes', kind: 'send', attributes }, traceparents, async () => undefined);
  const [span] = ended;
  expect(span?.parentSpanContext?.traceId).toBe(traceOf('b'));
  expect(span?.links.map(({ context }) => context.traceId)).toEqual([traceOf('c'), traceOf('d')]);
});

/** A request that comes in trace `b`, and does so much with it. */
async function request(
  handle: (trace: RequestTrace) => void,
  fault?: string,
  sampled = true,
): Promise<Readonly<Record<string, string>>> {
  const headers = { traceparent: parent('b', sampled), tracestate: 'some=state', baggage: 'user=somebody' };
  const incoming = { request: {}, headers: () => headers };
  await traceRequest(
    'POST /votes',
    {},
    incoming,
    async trace => {
      handle(trace);
      expect(exemplarOf(incoming.request)).toEqual({});
    },
    () => (fault === undefined ? {} : { 'error.type': fault }),
  );
  return exemplarOf(incoming.request);
}

test('a request is named as the example of its time once its span has left, and only then', async () => {
  expect(await request(trace => trace.allow())).toEqual({ trace_id: traceOf('b') });
  expect(ended).toHaveLength(1);
  ended.splice(0);
  const secretAmongOthers = (trace: RequestTrace) => {
    trace.allow();
    trace.forbid();
    trace.allow();
  };
  expect(await request(secretAmongOthers)).toEqual({});
  expect(await request(() => undefined)).toEqual({});
  expect(await request(trace => trace.allow(), undefined, false)).toEqual({});
  expect(ended).toEqual([]);
});

test('of a request that was chosen the trace goes on with its vote and nothing else, of any other nothing', async () => {
  const heads: [string, string][][] = [];
  for (const sampled of [true, false])
    await request(({ headers }) => void heads.push([...headers]), undefined, sampled);
  const goesOn = new RegExp(`^00-${traceOf('b')}-[0-9a-f]{16}-01$`);
  expect(heads).toEqual([[['traceparent', expect.stringMatching(goesOn)]], []]);
});

test('a span of a request that failed through a fault of ours says so, and by which', async () => {
  await request(trace => trace.allow(), 'log-unavailable');
  await request(trace => trace.allow());
  expect(ended.map(({ status, attributes }) => [status.code, attributes['error.type']])).toEqual([
    [SpanStatusCode.ERROR, 'log-unavailable'],
    [SpanStatusCode.UNSET, undefined],
  ]);
});

test('what is logged within a request names its trace, unless the request may not be traced', async () => {
  const written: string[] = [];
  const log = createLog('test', 'test-1', 'info', { write: line => void written.push(line) });
  await request(trace => {
    trace.allow();
    log.info('traced');
    trace.forbid();
    log.info('secret after all');
  });
  log.info('outside');
  expect(written.map(line => JSON.parse(line)).map(({ msg, trace_id }) => [msg, trace_id])).toEqual([
    ['traced', traceOf('b')],
    ['secret after all', undefined],
    ['outside', undefined],
  ]);
});
