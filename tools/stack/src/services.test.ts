import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryDirectory } from './paths.ts';
import { secretFiles } from './secrets.ts';
import {
  DEFAULT_COUNTS,
  defaultPlaces,
  describeService,
  NODE_ARGUMENTS,
  placesOn,
  telemetrySettings,
} from './services.ts';

const servers = {
  dataDirectory: '/data',
  secrets: secretFiles('/data'),
  kafka: { addresses: ['127.0.0.1:9092'], bootstrap: '127.0.0.1:9092', brokers: [] },
};
const settings = { namespace: '', extra: {} };
const places = defaultPlaces(DEFAULT_COUNTS);

function describe(name: string, extra = {}) {
  const place = places.find(each => each.name === name);
  if (place === undefined) throw new Error(`there is no ${name}`);
  return describeService(place, places, servers, { ...settings, extra });
}

test('further replicas listen ten ports above the one before', () => {
  expect(describe('ingestion-1').ports).toEqual({ http: 8080, grpc: 9090, metrics: 9464 });
  expect(describe('ingestion-2').ports).toEqual({ http: 8090, grpc: 9100, metrics: 9474 });
  expect(describe('ingestion-2').process.environment).toMatchObject({
    SUFFRAGE_HTTP_PORT: '8090',
    SUFFRAGE_GRPC_PORT: '9100',
    SUFFRAGE_METRICS_PORT: '9474',
  });
});

test('Node is started as in the images', () => {
  const [, entrypoint = ''] =
    /^ENTRYPOINT (.+)$/m.exec(readFileSync(join(repositoryDirectory, 'Dockerfile'), 'utf8')) ?? [];
  expect(JSON.parse(entrypoint)).toEqual(['node', ...NODE_ARGUMENTS, '/app/main.js']);
});

test('a part without an HTTP port is asked for its health on the metrics port', () => {
  expect(describe('processor-2').probe).toEqual({ kind: 'http', url: 'http://127.0.0.1:9477/health/ready' });
});

test('the page knows every ingestion process and every aggregator', () => {
  expect(describe('web-1').process.environment).toMatchObject({
    SUFFRAGE_INGESTION_URL: 'http://127.0.0.1:8080,http://127.0.0.1:8090',
    SUFFRAGE_RESULTS_URL: 'http://127.0.0.1:8081,http://127.0.0.1:8091',
    SUFFRAGE_REGISTRAR_URL: 'http://127.0.0.1:8082',
  });
});

test('the registrar gets nothing that leads to votes, the others nothing that leads to voters', () => {
  const files = (name: string) =>
    Object.values(describe(name).process.environment).filter(value => value.startsWith('/data/'));
  const registrars = new Set(files('registrar-1'));
  expect(registrars.has(servers.secrets.votesDatabases)).toBe(false);
  expect(registrars.has(servers.secrets.redisUrl)).toBe(false);
  for (const name of ['ingestion-1', 'processor-1', 'aggregator-1', 'web-1']) {
    expect(files(name).filter(file => registrars.has(file))).toEqual([]);
  }
});

test('other ports take the place of the default ones in order', () => {
  const [first, second] = placesOn(defaultPlaces({ ...DEFAULT_COUNTS }), [1, 2, 3, 4, 5]);
  expect(first?.ports).toEqual({ http: 1, metrics: 2 });
  expect(second?.ports).toEqual({ http: 3, grpc: 4, metrics: 5 });
});

test('services send their spans where the caller’s variables of OpenTelemetry say, and get none of the others', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
  const { environment } = describe('processor-1', telemetrySettings({ ...endpoint, HOME: '/home' })).process;
  expect(environment).toMatchObject(endpoint);
  expect(environment).not.toHaveProperty('HOME');
});
