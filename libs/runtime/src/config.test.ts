import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { duration, list, loadConfig, port, printableConfig, ranges, secretFile } from './config.ts';

const file = join(mkdtempSync(join(tmpdir(), 'suffrage-config-')), 'key');
writeFileSync(file, 'planted-secret\n');
const settings = {
  SUFFRAGE_PORT: port.default(8080),
  SUFFRAGE_KEY_FILE: secretFile,
  SUFFRAGE_WAIT: duration.optional(),
};

test('a misspelled setting is an error that names it, not a silent default', () => {
  const environment = { SUFFRAGE_KEY_FILE: file, SUFFRAGE_PROT: '1', HOME: '/' };
  expect(() => loadConfig(settings, environment)).toThrow('SUFFRAGE_PROT: there is no such setting');
});

test('each wrong setting is named with what is wrong', () => {
  const environment = { SUFFRAGE_PORT: '99999', SUFFRAGE_KEY_FILE: '/nowhere', SUFFRAGE_WAIT: 'soon' };
  const load = () => loadConfig(settings, environment);
  expect(load).toThrow('SUFFRAGE_PORT');
  expect(load).toThrow('SUFFRAGE_KEY_FILE: names a file that can not be read (ENOENT): /nowhere');
  expect(load).toThrow('SUFFRAGE_WAIT: must look like 250ms, 1s or 2m');
});

test('a secret is read from its file and never printed', () => {
  const environment = { SUFFRAGE_KEY_FILE: file, SUFFRAGE_WAIT: '2s' };
  expect(loadConfig(settings, environment)).toEqual({
    SUFFRAGE_PORT: 8080,
    SUFFRAGE_KEY_FILE: 'planted-secret',
    SUFFRAGE_WAIT: 2000,
  });
  const printed = printableConfig(settings, environment);
  expect(printed).toEqual({ SUFFRAGE_PORT: 8080, SUFFRAGE_KEY_FILE: file, SUFFRAGE_WAIT: 2000 });
  expect(JSON.stringify(printed)).not.toContain('planted');
});

test('ranges of addresses are read, and none that holds everybody or is none', () => {
  expect(ranges.parse('10.0.0.0/16, ::1 fd00::/8')).toEqual(['10.0.0.0/16', '::1', 'fd00::/8']);
  for (const [wrong, message] of [
    ['0.0.0.0/0', 'holds every address'],
    ['10.0.0.0/8,::/0', 'holds every address'],
    ['10.0.0.0/99', 'must be addresses or ranges'],
    ['loopback', 'must be addresses or ranges'],
  ] as const)
    expect(() => ranges.parse(wrong)).toThrow(message);
});

test('lists and durations read as they are written', () => {
  expect(list.parse('a:1, b:2\nc:3')).toEqual(['a:1', 'b:2', 'c:3']);
  expect(['250ms', '1s', '2m'].map(text => duration.parse(text))).toEqual([250, 1000, 120_000]);
});
