import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '@suffrage/runtime/config';
import { kafkaAccess, kafkaSettings } from '@suffrage/runtime/kafka/access';
import { createLog } from '@suffrage/runtime/log';
import { clientTls } from '@suffrage/runtime/tls/follow-files';
import { servedTlsSettings } from '@suffrage/runtime/tls/settings';
import { type Authority, createAuthority } from '../support/certificates.ts';
import { writeTls } from '../support/encrypted-servers.ts';

const log = createLog('test', 'test', 'silent');
const directory = mkdtempSync(join(tmpdir(), 'suffrage-settings-'));
afterAll(() => rmSync(directory, { recursive: true }));

let authority: Authority;
let files: Awaited<ReturnType<typeof writeTls>>;

beforeAll(async () => {
  authority = await createAuthority('test');
  files = await writeTls(directory, 'good', authority.pem, await authority.issue('service'));
});

const served = (environment: Record<string, string>) => () => loadConfig(servedTlsSettings, environment);
const file = (name: string, text: string) => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

test('a certificate, its key and an authority for clients are taken as they are', () => {
  const environment = {
    SUFFRAGE_TLS_CERTIFICATE_FILE: files.certificate,
    SUFFRAGE_TLS_KEY_FILE: files.key,
    SUFFRAGE_TLS_CLIENT_CA_FILE: files.ca,
  };
  expect(served(environment)()).toEqual(environment);
  expect(served({})()).toEqual({});
});

test('half of a pair is an error that names the other half', () => {
  expect(served({ SUFFRAGE_TLS_CERTIFICATE_FILE: files.certificate })).toThrow(
    'SUFFRAGE_TLS_KEY_FILE: is missing beside SUFFRAGE_TLS_CERTIFICATE_FILE',
  );
  expect(served({ SUFFRAGE_TLS_KEY_FILE: files.key })).toThrow('SUFFRAGE_TLS_CERTIFICATE_FILE: is missing');
  expect(served({ SUFFRAGE_TLS_CLIENT_CA_FILE: files.ca })).toThrow(
    'SUFFRAGE_TLS_CERTIFICATE_FILE: is missing',
  );
});

test('files that can not be used are named with the reason', async () => {
  const past = await authority.issue('past', { notAfter: new Date(Date.now() - 60_000) });
  const future = await authority.issue('future', { notBefore: new Date(Date.now() + 60_000) });
  const stranger = await authority.issue('stranger');
  const pair = (certificate: string, key: string) =>
    served({ SUFFRAGE_TLS_CERTIFICATE_FILE: certificate, SUFFRAGE_TLS_KEY_FILE: key });
  expect(pair('/nowhere', files.key)).toThrow('names a file that can not be read (ENOENT): /nowhere');
  expect(pair(file('empty', ''), files.key)).toThrow('names a file that holds no certificate (PEM)');
  expect(pair(file('past', past.certificate), file('past.key', past.key))).toThrow('that ended on 20');
  expect(pair(file('future', future.certificate), file('f.key', future.key))).toThrow('that begins on 20');
  expect(pair(files.certificate, file('s.key', stranger.key))).toThrow('not that of the certificate');
  expect(pair(files.certificate, file('no.key', 'secret'))).toThrow('holds no private key');
});

test('SASL without a name or a password is an error, and is never spoken without TLS', () => {
  const brokers = { SUFFRAGE_KAFKA_BROKERS: 'kafka:9094' };
  const scram = { ...brokers, SUFFRAGE_KAFKA_SASL: 'scram-sha-512' };
  expect(() => loadConfig(kafkaSettings, scram)).toThrow('SUFFRAGE_KAFKA_USERNAME: is missing for');
  expect(() => loadConfig(kafkaSettings, scram)).toThrow('SUFFRAGE_KAFKA_PASSWORD_FILE: is missing for');
  const password = file('password', 'planted\n');
  const whole = { ...scram, SUFFRAGE_KAFKA_USERNAME: 'ingestion', SUFFRAGE_KAFKA_PASSWORD_FILE: password };
  const access = kafkaAccess(loadConfig(kafkaSettings, whole), log);
  expect(access.sasl).toEqual({ mechanism: 'scram-sha-512', username: 'ingestion', password: 'planted' });
  expect(access.tls).toBeDefined();
  expect(kafkaAccess(loadConfig(kafkaSettings, brokers), log).tls).toBeUndefined();
});

test('while new files do not fit each other the old certificate serves on', async () => {
  const own = await writeTls(directory, 'renewed', authority.pem, await authority.issue('first'));
  const tls = clientTls(own, log);
  const first = tls.secureContext;
  expect(tls.secureContext).toBe(first);
  const next = await authority.issue('second');
  writeFileSync(own.certificate, next.certificate);
  expect(tls.secureContext).toBe(first);
  writeFileSync(own.key, next.key);
  utimesSync(own.key, new Date(), new Date(Date.now() + 1_000));
  expect(tls.secureContext).not.toBe(first);
});
