import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readSettings } from './settings.ts';

let stack = '';
const databases = 'postgresql://votes:secret@127.0.0.1:15432/votes';

beforeEach(() => {
  stack = mkdtempSync(join(tmpdir(), 'suffrage-audit-'));
  mkdirSync(join(stack, 'secrets'));
  writeFileSync(join(stack, 'secrets/votes-databases'), `${databases}_0\n${databases}_1\n`);
});
afterEach(() => rmSync(stack, { recursive: true }));

function writeStack(...parts: readonly { name: string; ports: Record<string, number> }[]): void {
  const state = { format: 1, brokers: 3, complete: true, parts: parts.map(description => ({ description })) };
  writeFileSync(join(stack, 'stack.json'), JSON.stringify(state));
}

test('without arguments the local stack says where its brokers and databases are', () => {
  writeStack(
    { name: 'postgres', ports: { postgres: 15432 } },
    { name: 'kafka-1', ports: { kafka: 9092, controller: 9093 } },
    { name: 'kafka-2', ports: { kafka: 9102, controller: 9103 } },
  );
  expect(readSettings(['--stack', stack])).toEqual({
    brokers: ['127.0.0.1:9092', '127.0.0.1:9102'],
    databaseUrls: [`${databases}_0`, `${databases}_1`],
    namespace: '',
    waitMillis: 0,
    journals: [],
    signatures: true,
    partitions: false,
    json: undefined,
    key: undefined,
    receipt: undefined,
    issued: [],
    namedReports: [],
    actions: [],
    follow: undefined,
  });
});

test('brokers and databases that are named need no stack', () => {
  const file = join(stack, 'secrets/votes-databases');
  const settings = readSettings([
    '--brokers',
    'a:1, b:2',
    '--databases-file',
    file,
    '--stack',
    '/none',
    '--wait',
    '2m',
  ]);
  expect(settings).toMatchObject({ brokers: ['a:1', 'b:2'], waitMillis: 120_000 });
});

test('the stack’s aggregator is asked if it answers, and its auditor’s key signs what is written', () => {
  writeStack(
    { name: 'kafka-1', ports: { kafka: 9092 } },
    { name: 'aggregator-1', ports: { http: 8081, metrics: 9465 } },
  );
  const key = join(stack, 'secrets/auditor.key');
  writeFileSync(key, '');
  expect(readSettings(['--stack', stack])).toMatchObject({
    published: { from: 'http://127.0.0.1:8081', isRequired: false },
    key: undefined,
  });
  expect(readSettings(['--stack', stack, '--json', 'out.json', '--results', 'https://a'])).toMatchObject({
    published: { from: 'https://a', isRequired: true },
    key,
  });
  const own = ['--stack', stack, '--json', 'out.json', '--key', 'auditor.pem'];
  expect(readSettings(own)).toMatchObject({ key: 'auditor.pem' });
  rmSync(key);
});

test('issued counts come from the stack’s registrar if it answers, or from what is named', () => {
  writeStack(
    { name: 'kafka-1', ports: { kafka: 9092 } },
    { name: 'registrar-1', ports: { http: 8082, metrics: 9466 } },
  );
  expect(readSettings(['--stack', stack])).toMatchObject({
    issued: [{ from: 'http://127.0.0.1:8082', isRequired: false }],
  });
  expect(readSettings(['--stack', stack, '--issued', 'counts.json', '--issued', 'https://r'])).toMatchObject({
    issued: [
      { from: 'counts.json', isRequired: true },
      { from: 'https://r', isRequired: true },
    ],
  });
});

test('help is asked for', () => {
  expect(readSettings(['--help'])).toBe('help');
});

test.each([
  [['--wait', '3'], /--wait 3: give a time/],
  [['--interval', 'soon'], /--interval soon: give a time/],
  [['--metrics-port', 'x'], /--metrics-port x: give a port/],
  [['--key', 'auditor.pem'], /--key signs the file of --json/],
  [['--results', 'here'], /--results here: give a URL/],
  [['--unknown'], /Unknown option '--unknown'/],
  [['--stack', '/none'], /no local stack in \/none: start one with "make up"/],
])('arguments that can not be used are refused: %j', (args, message) => {
  expect(() => readSettings(args)).toThrow(message);
});

test('a stack without Kafka, or of another version, is refused with the remedy', () => {
  writeStack({ name: 'postgres', ports: { postgres: 15432 } });
  expect(() => readSettings(['--stack', stack])).toThrow('has no Kafka yet: start it with "make up"');
  writeFileSync(join(stack, 'stack.json'), '{"format":2}');
  expect(() => readSettings(['--stack', stack])).toThrow('another version of the project');
});

test('a line that is no URL of a database is refused without being shown', () => {
  writeStack({ name: 'kafka-1', ports: { kafka: 9092 } });
  writeFileSync(join(stack, 'secrets/votes-databases'), `${databases}\nsecret\n`);
  expect(() => readSettings(['--stack', stack])).toThrow(
    /votes-databases: line 2 must be a postgresql:\/\/ URL$/,
  );
});

test('actions are asked for with the tokens of a file, and a file without one is refused', () => {
  writeStack({ name: 'kafka-1', ports: { kafka: 9092 } });
  const file = join(stack, 'token');
  const args = ['--stack', stack, '--actions', 'http://a', '--actions', 'kept.json'];
  expect(readSettings(args)).toMatchObject({
    actions: [
      { from: 'http://a', isRequired: true, tokens: [] },
      { from: 'kept.json', isRequired: true },
    ],
  });
  writeFileSync(file, 'secret\nof-another\n');
  expect(readSettings([...args, '--actions-token-file', file])).toMatchObject({
    actions: [{ tokens: ['secret', 'of-another'] }, { tokens: ['secret', 'of-another'] }],
  });
  for (const content of ['alice secret', '']) {
    writeFileSync(file, content);
    expect(() => readSettings([...args, '--actions-token-file', file])).toThrow('bearer tokens, one a line');
  }
});

test('the stack’s registrar is asked for the actions, if it answers, as its managers may', () => {
  writeStack(
    { name: 'kafka-1', ports: { kafka: 9092 } },
    { name: 'registrar-1', ports: { http: 8082, metrics: 9466 } },
  );
  writeFileSync(join(stack, 'secrets/manager-tokens'), 'demo secret\n');
  expect(readSettings(['--stack', stack])).toMatchObject({
    actions: [{ from: 'http://127.0.0.1:8082', isRequired: false, tokens: ['secret'] }],
  });
});
