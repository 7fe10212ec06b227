import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from '@jest/globals';
import { settings as aggregator } from '@suffrage/aggregator/config';
import { settings as ingestion } from '@suffrage/ingestion/config';
import { settings as processor } from '@suffrage/processor/config';
import { settings as registrar } from '@suffrage/registrar/config';
import { readCompose, ROOT } from './compose-file.ts';

const { services, volumes } = readCompose('compose.yaml');
const own = Object.entries(services).filter(([, { extends: base }]) => base === undefined);
const ours = own.filter(([, { image = '' }]) => image.startsWith('${SUFFRAGE_REPOSITORY'));
const nothing: (typeof services)[string] = { profiles: [], environment: {}, volumes: [], depends_on: {} };
const get = (name: string) => services[name] ?? nothing;

test('no container has a capability, each has its limits, and ours can not write beside /tmp', () => {
  for (const [name, { cap_drop, deploy }] of own)
    expect([name, cap_drop, deploy?.resources.limits]).toEqual([
      name,
      ['ALL'],
      { cpus: expect.any(String), memory: expect.stringMatching(/^\d+[MG]$/) },
    ]);
  expect(ours.length).toBeGreaterThan(10);
  for (const [name, { read_only }] of ours) expect([name, read_only]).toEqual([name, true]);
});

test('what containers mount and wait for is there', () => {
  for (const [name, { volumes: mounts, depends_on }] of Object.entries(services)) {
    for (const [from = ''] of mounts.map(mount => mount.split(':')))
      expect([
        name,
        from,
        from in volumes || existsSync(join(ROOT, from)) || from.startsWith('/var/lib/docker'),
      ]).toEqual([name, from, true]);
    for (const other of Object.keys(depends_on))
      expect([name, Object.keys(services)]).toEqual([name, expect.arrayContaining([other])]);
  }
});

test('services get settings that they know, and no secret in them', () => {
  const known = { aggregator, ingestion, processor, registrar };
  for (const [name, shape] of Object.entries(known)) {
    const names = Object.keys(get(name).environment).filter(setting => setting.startsWith('SUFFRAGE_'));
    expect([name, names.filter(setting => !(setting in shape))]).toEqual([name, []]);
    expect(names.length).toBeGreaterThan(1);
  }
  expect(readFileSync(join(ROOT, 'compose.yaml'), 'utf8')).not.toMatch(
    /password=|postgresql:\/\/|redis:\/\/|PASSWORD:/i,
  );
});

test('the registrar and the services of the votes share no secrets, and only steps have all of them', () => {
  const users = (volume: string) =>
    own
      .filter(([, { volumes: mounts }]) => mounts.some(mount => mount.startsWith(`${volume}:`)))
      .map(([name]) => name);
  expect(users('secrets-registrar')).toEqual([
    'secrets',
    'migrate-registrar',
    'registrar',
    'show-manager-token',
  ]);
  expect(users('secrets-processor')).toEqual(['secrets', 'migrate-votes', 'processor']);
  expect(users('secrets-ingestion')).toEqual(['secrets', 'ingestion']);
  expect(users('secrets-all')).toEqual(['secrets', 'prepare-databases', 'demo']);
});

test('Prometheus, Grafana, Loki and Jaeger come with everything else, and spans find them', () => {
  const environment = parseEnv(readFileSync(join(ROOT, '.env'), 'utf8'));
  const started = Object.entries(services)
    .filter(
      ([, { profiles }]) => profiles.length === 0 || profiles.includes(environment['COMPOSE_PROFILES'] ?? ''),
    )
    .map(([name]) => name);
  expect(started).toEqual(
    expect.arrayContaining(['web', 'prometheus', 'grafana', 'loki', 'jaeger', 'collector']),
  );
  const { hostname } = new URL(environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '');
  expect(get('collector').network_mode).toBe(`service:${hostname}`);
  for (const name of ['ingestion', 'processor', 'aggregator', 'registrar'])
    expect([name, get(name).environment['OTEL_EXPORTER_OTLP_ENDPOINT']]).toEqual([name, null]);
});

test('images have a version, never latest', () => {
  for (const [name, { image = '' }] of own) {
    const given = image.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');
    expect([name, given]).toEqual([name, expect.stringMatching(/^[\w./-]+:[\w.-]+$/)]);
    expect(given).not.toContain(':latest');
  }
});
