import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { castVote } from '@suffrage/client/cast-vote';
import { restTransportThrough } from '@suffrage/client/transport';
import { signBallot } from '@suffrage/demo/cast-ballots';
import { results } from '@suffrage/demo/manager';
import { waitFor } from '@suffrage/stack/wait-for';
import {
  type Collector,
  collectorSettings,
  type ReceivedSpan,
  spansOf,
  startCollector,
} from '@suffrage/test/collector';
import { openSmallElection } from '@suffrage/test/small-election';
import { startSuite, type Suite } from '@suffrage/test/suite';
import { z } from 'zod';
import { readLogEvents } from './reference/read-log-events.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SECRET_TRACE = '1bf7651916cd43dd8448eb211c80319d';
const CALLER = 'b7ad6b7169203331';

let collector: Collector;
let suite: Suite;

beforeAll(async () => {
  collector = await startCollector();
  const traced = { ...collectorSettings(collector), OTEL_BSP_SCHEDULE_DELAY: '50' };
  suite = await startSuite({
    extra: { ingestion: traced, processor: traced, aggregator: traced, registrar: traced },
  });
}, 180_000);

afterAll(async () => {
  await suite?.stop();
  collector?.close();
}, 120_000);

/** As a caller who traces himself, over REST. */
async function castTraced(id: string, mode: 'secret' | 'pseudonymous', traceId: string): Promise<void> {
  const definition = await openSmallElection(suite, id, { mode });
  const voter = mode === 'pseudonymous' ? 'a voter' : undefined;
  const ballot = await signBallot(suite.stack.registrarUrl, definition, { mayor: ['ada'] }, voter);
  const withTrace: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('traceparent', `00-${traceId}-${CALLER}-01`);
    return fetch(input, { ...init, headers });
  };
  const result = await castVote(restTransportThrough(withTrace, suite.stack.ingestionUrls[0] ?? ''), ballot);
  expect(result.status).toBe('accepted');
  await waitFor(
    'the count',
    async () => (await results(suite.stack, definition.id))?.counted === 1 || undefined,
  );
}

type Tree = { readonly [name: string]: Tree };

function treeBelow(parent: string, spans: readonly ReceivedSpan[]): Tree {
  const children = spans.filter(({ parentSpanId }) => parentSpanId === parent);
  return Object.fromEntries(
    children.map(({ service, name, spanId }) => [`${service}: ${name}`, treeBelow(spanId, spans)]),
  );
}

/** A round that was under way when the notice came does not have the vote in it: the next one may take the notice too. */
const TREE: Tree = {
  'suffrage-ingestion: POST /v1/elections/{electionId}/votes': {
    'suffrage-ingestion: send votes': {},
    'suffrage-processor: process votes': {
      'suffrage-processor: commit votes': {},
      'suffrage-aggregator: publish results': { 'suffrage-aggregator: read tallies': {} },
    },
  },
};

const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  'POST /v1/elections/{electionId}/votes': [
    'http.request.method',
    'http.response.status_code',
    'http.route',
    'suffrage.answer',
  ],
  'send votes': [
    'messaging.batch.message_count',
    'messaging.destination.name',
    'messaging.operation.name',
    'messaging.operation.type',
    'messaging.system',
  ],
  'process votes': [
    'messaging.batch.message_count',
    'messaging.destination.name',
    'messaging.destination.partition.id',
    'messaging.operation.name',
    'messaging.operation.type',
    'messaging.system',
  ],
  'commit votes': ['db.operation.batch.size', 'db.operation.name', 'db.system.name'],
  'publish results': ['db.operation.name', 'db.system.name'],
  'read tallies': ['db.operation.name', 'db.system.name'],
};

test('one vote leaves one trace, from the request through the log to the published result', async () => {
  await castTraced('traced', 'pseudonymous', TRACE);
  const ofVote = () => spansOf(collector).filter(({ traceId }) => traceId === TRACE);
  await waitFor('all spans', async () => ofVote().length >= 6 || undefined);
  expect(treeBelow(CALLER, ofVote())).toEqual(TREE);
  for (const { name, attributes } of spansOf(collector))
    expect([name, Object.keys(attributes).toSorted()]).toEqual([name, ATTRIBUTES[name]]);
}, 120_000);

test('a vote of a secret election leaves no span, whatever its caller asks for', async () => {
  await castTraced('untraced', 'secret', SECRET_TRACE);
  // What comes later has come through the same processes: had there been spans, they would be here by now.
  const before = spansOf(collector).length;
  await castTraced('traced-after', 'pseudonymous', TRACE);
  await waitFor('later spans', async () => spansOf(collector).length >= before + 6 || undefined);
  expect(collector.received()).not.toContain(SECRET_TRACE);
}, 120_000);

test('the votes are in the metrics of each service, once', async () => {
  const read = async (kind: 'ingestion' | 'processor' | 'aggregator') => {
    const places = suite.services.places.filter(place => place.kind === kind);
    return Promise.all(
      places.map(async ({ ports }) => (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()),
    );
  };
  const total = (texts: readonly string[], sample: RegExp) =>
    texts.reduce((sum, text) => sum + Number(sample.exec(text)?.[1] ?? 0), 0);
  const ingestion = await read('ingestion');
  expect(total(ingestion, /^suffrage_ingestion_votes_total\{.*code="accepted".*\} (\d+)/m)).toBe(3);
  expect(total(ingestion, /^suffrage_ingestion_acknowledge_seconds_count\{.*\} (\d+)/m)).toBe(3);
  for (const name of ['suffrage_ingestion_acknowledge_seconds', 'suffrage_http_request_seconds'])
    expect(ingestion.join('\n')).toMatch(new RegExp(`^${name}_bucket.*# \\{trace_id="${TRACE}"\\}`, 'm'));
  expect(ingestion.join('\n')).not.toContain(SECRET_TRACE);
  const processor = await read('processor');
  expect(total(processor, /^suffrage_processor_records_total\{.*outcome="counted".*\} (\d+)/m)).toBe(3);
  expect(total(processor, /^suffrage_processor_accepted_to_counted_seconds_count\{.*\} (\d+)/m)).toBe(3);
  const aggregator = await read('aggregator');
  // One for each batch.
  expect(total(aggregator, /^suffrage_results_accepted_to_published_seconds_count\{.*\} (\d+)/m)).toBe(3);
}, 60_000);

test('what the services log is in the catalogue, with nothing beside it', () => {
  const known = new Map<string, string[]>();
  for (const { message, level, fields } of readLogEvents()) {
    const event = `${level} ${message}`;
    known.set(event, [...(known.get(event) ?? []), ...fields]);
  }
  const eventSchema = z.record(z.string(), z.unknown());
  const always = ['level', 'time', 'service', 'instance', 'msg', 'trace_id'];
  for (const { name } of suite.services.places) {
    const file = join(suite.infrastructure.dataDirectory, 'logs', `${name}.log`);
    for (const line of readFileSync(file, 'utf8')
      .split('\n')
      .filter(text => text.startsWith('{'))) {
      const event = eventSchema.parse(JSON.parse(line));
      // What client libraries say themselves.
      if ('kafka' in event || String(event.msg).startsWith('Server listening at http')) continue;
      const fields = known.get(`${String(event.level)} ${String(event.msg)}`);
      expect([line, fields !== undefined]).toEqual([line, true]);
      const extra = Object.keys(event).filter(field => ![...always, ...(fields ?? [])].includes(field));
      expect([line, extra]).toEqual([line, []]);
    }
  }
});
