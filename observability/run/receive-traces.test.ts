import { afterEach, expect, test } from '@jest/globals';
import { freePorts } from '@suffrage/stack/ports';
import { drawTraces } from './draw-traces.ts';
import { receiveTraces, type Traces } from './receive-traces.ts';

let traces: Traces | undefined;
afterEach(() => traces?.close());

const MILLI = 1_000_000;
const span = (
  traceId: string,
  spanId: string,
  parentSpanId: string,
  name: string,
  from: number,
  to: number,
) => ({
  traceId,
  spanId,
  ...(parentSpanId === '' ? {} : { parentSpanId }),
  name,
  startTimeUnixNano: String(from * MILLI),
  endTimeUnixNano: String(to * MILLI),
});
const exported = (service: string, spans: readonly object[]) => ({
  resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
  scopeSpans: [{ spans }],
});

async function open() {
  const [port = 0] = await freePorts(1);
  const opened = await receiveTraces(port);
  traces = opened;
  const send = (body: unknown, type = 'application/json') =>
    fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    });
  return { send, drawn: () => drawTraces(opened.newest()) };
}

test('what services send of one vote is one tree, whoever is first', async () => {
  const { send, drawn } = await open();
  expect(drawn()).toContain('None yet');
  const processing = span('t1', 'b', 'a', 'process votes', 8, 20);
  const request = span('t1', 'a', 'caller', 'POST <votes>', 5, 9.5);
  await send({ resourceSpans: [exported('processor', [processing])] });
  await send({ resourceSpans: [exported('ingestion', [request])] });
  expect(drawn()).toContain(
    '<b>ingestion</b> POST &lt;votes&gt;: after 0.0 ms, took 4.5 ms<ol class="spans"><li><b>processor</b> process votes: after 3.0 ms, took 12.0 ms</li></ol>',
  );
});

test('of many traces the newest are kept', async () => {
  const { send, drawn } = await open();
  const spans = Array.from({ length: 150 }, (_, place) =>
    span(`t-${place}-`, 'a', '', 'send', place, place + 1),
  );
  await send({ resourceSpans: [exported('ingestion', spans)] });
  expect(traces?.newest()).toHaveLength(100);
  expect(drawn()).toContain('t-149-');
  expect(drawn()).not.toContain('t-10-');
});

test('a sender in another format is told what to set, and one that sends nonsense what is wrong', async () => {
  const { send } = await open();
  const protobuf = await send({}, 'application/x-protobuf');
  expect([protobuf.status, await protobuf.text()]).toEqual([415, expect.stringContaining('http/json')]);
  expect((await send({ resourceSpans: 1 })).status).toBe(400);
});
