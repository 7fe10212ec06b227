import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './config.ts';

const directory = mkdtempSync(join(tmpdir(), 'aggregator-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string): string {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

const environment = {
  SUFFRAGE_KAFKA_BROKERS: 'a:9092,b:9092',
  SUFFRAGE_VOTES_DATABASES_FILE: file(
    'databases',
    'postgresql://one/x\n\npostgresql://two/x\npostgresql://one/x\n',
  ),
  SUFFRAGE_REDIS_URL_FILE: file('redis', 'redis://cache:6379\n'),
};

test('shards that share a database are read once', () => {
  expect(readConfig(environment).SUFFRAGE_VOTES_DATABASES_FILE).toEqual([
    'postgresql://one/x',
    'postgresql://two/x',
  ]);
});

test('the defaults are those of the documentation', () => {
  expect(readConfig(environment)).toMatchObject({
    SUFFRAGE_HTTP_PORT: 8081,
    SUFFRAGE_GRPC_PORT: 9091,
    SUFFRAGE_METRICS_PORT: 9465,
    SUFFRAGE_RESULT_REFRESH_INTERVAL: 1000,
    SUFFRAGE_SUBSCRIBER_LIMIT: 10_000,
  });
});

test.each([
  ['SUFFRAGE_RESULT_REFRESH_INTERVAL', '50ms'],
  ['SUFFRAGE_VOTES_DATABASES_FILE', file('empty', '\n')],
  ['SUFFRAGE_VOTES_DATABASES_FILE', file('not-a-database', 'mysql://one/x')],
  ['SUFFRAGE_REDIS_URL_FILE', file('not-redis', 'cache:6379')],
  ['SUFFRAGE_SUBSCRIBER_LIMIT', '0'],
])('a wrong %s is refused by its name', (name, value) => {
  expect(() => readConfig({ ...environment, [name]: value })).toThrow(name);
});
