import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { settings as aggregator } from '@suffrage/aggregator/config';
import { readSettings } from '@suffrage/audit/settings';
import { settings as ingestion } from '@suffrage/ingestion/config';
import { settings as processor } from '@suffrage/processor/config';
import { settings as registrar } from '@suffrage/registrar/config';
import { loadConfig } from '@suffrage/runtime/config';
import { webSettings as web } from '@suffrage/web/server/config.ts';
import { certificates } from './certificates.ts';
import { contentOf } from './files.ts';
import { component, type Container, type Manifest, podOf, type PodSpec } from './manifest.ts';
import { environmentOf, filesOf, placeFiles } from './pod-environment.ts';
import { render, ROOT, VALUE_FILES } from './render.ts';

const schemas = { ingestion, processor, aggregator, registrar, web };
const directory = mkdtempSync(join(tmpdir(), 'suffrage-pods-'));
afterAll(() => rmSync(directory, { recursive: true }));

const authority = await certificates();
const contents = (file: string) => authority.find(file) ?? contentOf(file);

type Started = { readonly all: readonly Manifest[]; readonly container: Container; readonly pod: PodSpec };

/** The containers of one component, with what its pods have. */
function containersOf(all: readonly Manifest[], name: string): Started[] {
  return all.flatMap(one => {
    const pod = podOf(one)?.spec;
    if (!pod || component(one) !== name) return [];
    return [...pod.containers, ...pod.initContainers].map(container => ({ all, container, pod }));
  });
}

/** As the container would find them, but below a directory of the test. */
function settle({ all, container, pod }: Started): { environment: Record<string, string>; args: string[] } {
  const files = filesOf(container, pod, all);
  const environment = placeFiles(environmentOf(container, all), files, directory, contents);
  const args = container.args.map(arg => arg.replace(/(?<==)\/etc\//, `${directory}/etc/`));
  return { environment, args };
}

describe.each(VALUE_FILES)('values-%s.yaml', file => {
  const rendered = render(file, { ingestion: { localQueue: { replayClaims: ['queue-of-a-lost-pod'] } } });

  test.each(Object.entries(schemas))('%s accepts the settings that its pods get', async (name, schema) => {
    const containers = containersOf(await rendered, name).filter(({ container }) => container.name === name);
    expect(containers.length).toBeGreaterThan(0);
    for (const started of containers) {
      const { environment } = settle(started);
      expect(loadConfig<typeof schema>(schema, environment)).toMatchObject({ SUFFRAGE_HOST: '0.0.0.0' });
      expect(missingFiles(environment)).toEqual([]);
    }
  });

  test('the audit accepts the arguments that its pods get', async () => {
    const containers = containersOf(await rendered, 'audit');
    for (const started of containers) {
      const { environment, args } = settle(started);
      const [command, ...options] = args;
      expect(command).toBe('audit');
      expect(missingFiles(environment)).toEqual([]);
      const read = readSettings(options);
      const scheme = file === 'kind' ? 'http' : 'https';
      const source = { from: `${scheme}://suffrage-registrar:8082` };
      expect(read).toMatchObject({
        databaseUrls: ['postgresql://votes:secret@127.0.0.1:1/votes'],
        published: { from: `${scheme}://suffrage-aggregator:8081`, isRequired: true },
        issued: [source],
        actions: [source],
      });
      expect(read !== 'help' && read.brokers.length).toBeGreaterThan(0);
    }
    expect(containers.length).toBe(file === 'kind' ? 1 : 2);
  });

  test.each([
    ['migrate-votes', 'services/processor/src/migrate.ts', 'migrate'],
    ['migrate-registrar', 'services/registrar/src/migrate.ts', 'migrate'],
    ['migrate-log', 'services/ingestion/src/prepare-log.ts', 'prepare-log'],
  ])(
    '%s accepts its settings, and fails only because there is no server',
    async (name, script, command) => {
      const [started, ...others] = containersOf(await rendered, name);
      if (!started || others.length > 0) throw new Error(`${name} is not one container`);
      const { environment, args } = settle(started);
      expect(args).toEqual([command]);
      const brokers =
        'SUFFRAGE_KAFKA_BROKERS' in environment ? { SUFFRAGE_KAFKA_BROKERS: '127.0.0.1:1' } : {};
      const output = await outputOf(script, { ...environment, ...brokers });
      expect(output).not.toContain('The settings are not usable');
      expect(output).toContain('ECONNREFUSED');
    },
    120_000,
  );
});

const SUBNETS = [{ ipBlock: { cidr: '10.9.0.0/20' } }, { ipBlock: { cidr: '10.9.16.0/20' } }];

test.each([
  ['kind', {}, '10.244.0.0/16', '10.244.0.0/16'],
  [
    'staging',
    { network: { edge: SUBNETS } },
    '10.9.0.0/20,10.9.16.0/20',
    '10.9.0.0/20,10.9.16.0/20,10.11.0.0/16',
  ],
  [
    'staging',
    { network: { edge: SUBNETS.slice(1) }, edge: { proxies: ['192.0.2.0/24'] } },
    '192.0.2.0/24,10.9.16.0/20',
    '192.0.2.0/24,10.9.16.0/20,10.11.0.0/16',
  ],
] as const)(
  'values-%s.yaml with %j: the page believes balancers whom they serve, the registrar the page as well',
  async (file, values, page, registrarToo) => {
    const all = await render(file, values);
    const believed = (name: string) =>
      containersOf(all, name).map(({ container }) => environmentOf(container, all).SUFFRAGE_TRUSTED_PROXIES);
    expect([new Set(believed('web')), new Set(believed('registrar'))]).toEqual([
      new Set([page]),
      new Set([registrarToo]),
    ]);
  },
);

test('the AWS value files name the networks that OpenTofu makes', () => {
  for (const name of ['dev', 'staging', 'production'] as const) {
    const made = readFileSync(join(ROOT, `infra/opentofu/environments/${name}/main.tf`), 'utf8');
    const values = readFileSync(join(ROOT, `helm/suffrage/values-${name}.yaml`), 'utf8');
    const networks = [...made.matchAll(/^ *cidr *= "(.+)"$/gm)].map(([, cidr]) => cidr);
    expect([name, /pods: \[(.+)\]/.exec(values)?.[1]]).toEqual([name, networks.join(', ')]);
  }
});

test.each([
  ['mutual', ['SUFFRAGE_PEER_CA_FILE', 'SUFFRAGE_PEER_CERTIFICATE_FILE', 'SUFFRAGE_PEER_KEY_FILE']],
  ['server', ['SUFFRAGE_PEER_CA_FILE']],
  ['none', []],
])('with tls.services %s the audit shows the services %j', async (services, shown) => {
  const containers = containersOf(await render('gateway', { tls: { services } }), 'audit');
  expect(containers).toHaveLength(2);
  for (const started of containers) {
    const { environment } = settle(started);
    const files = Object.keys(environment).filter(name => name.startsWith('SUFFRAGE_PEER_'));
    expect(files.toSorted()).toEqual(shown);
    const { SUFFRAGE_PEER_CERTIFICATE_FILE: certificate } = environment;
    if (certificate !== undefined) expect(readFileSync(certificate, 'utf8')).toContain('BEGIN CERTIFICATE');
  }
});

test('a setting that a service does not know is found by these tests', async () => {
  const all = await render('kind');
  const [started] = containersOf(all, 'web');
  if (!started) throw new Error('there is no page');
  const { environment } = settle(started);
  expect(() => loadConfig(web, { ...environment, SUFFRAGE_WEB_SERVICE_HOST: '10.0.0.1' })).toThrow(
    'SUFFRAGE_WEB_SERVICE_HOST: there is no such setting',
  );
});

test('a file that no volume has is found by these tests', () => {
  expect(missingFiles({ SUFFRAGE_TLS_KEY_FILE: '/etc/suffrage/tls/tls.key' })).toEqual([
    'SUFFRAGE_TLS_KEY_FILE',
  ]);
});

/** Settings of files that nothing mounts: those that are mounted have moved below the test's directory. */
function missingFiles(environment: Readonly<Record<string, string>>): string[] {
  return Object.keys(environment).filter(
    name => name.endsWith('_FILE') && !environment[name]?.startsWith(directory),
  );
}

/** What a process writes until it ends, or until it has found that there is no server. */
function outputOf(script: string, environment: Readonly<Record<string, string>>): Promise<string> {
  return new Promise(resolve => {
    let output = '';
    const child = execFile(process.execPath, [join(ROOT, script)], { env: environment, timeout: 60_000 });
    const add = (text: string) => {
      output += text;
      if (output.includes('ECONNREFUSED')) child.kill();
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    child.once('close', () => resolve(output));
  });
}
