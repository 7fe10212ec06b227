import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { kubeconform } from './kubeconform.ts';
import { find, type Manifest, podOf } from './manifest.ts';
import { kustomize, readManifests, render, ROOT } from './render.ts';

/** docs/operate.md, section 2: an election on a laptop. */
let servers: Manifest[];
let chart: Manifest[];
beforeAll(async () => {
  [servers, chart] = [readManifests(await kustomize('deploy/kind')), await render('kind')];
});

test('the images are those that are built, and that the page loads', () => {
  const images = chart.flatMap(one => podOf(one)?.spec.containers.map(({ image }) => image) ?? []);
  const build = readFileSync(join(ROOT, 'tools/images/build.sh'), 'utf8');
  const repository = /REPOSITORY:-(\w+)/.exec(build)?.[1];
  const names = /names=\((\w[^)]*)\)/.exec(build)?.[1]?.split(' ') ?? [];
  expect(build).toContain('--tag "$repository/$name:local"');
  expect(new Set(images)).toEqual(new Set(names.map(name => `${repository}/${name}:local`)));
  const page = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8');
  expect(page).toContain(
    `for image in ${names.join(' ')}; do kind load docker-image --name suffrage "${repository}/$image:local"`,
  );
});

test('one broker is enough for every write', () => {
  const broker = z.looseObject({ replicas: z.literal(1), roles: z.array(z.string()) });
  const pools = servers.filter(({ kind }) => kind === 'KafkaNodePool').map(({ spec }) => broker.parse(spec));
  expect(pools.map(({ roles }) => roles)).toEqual([['controller', 'broker']]);
  const { kafka } = z
    .looseObject({ kafka: z.looseObject({ config: z.record(z.string(), z.unknown()) }) })
    .parse(find(servers, 'Kafka', 'kafka').spec);
  const copies = Object.entries(kafka.config).filter(([name]) => /replica|isr/.test(name));
  expect(copies.length).toBeGreaterThan(5);
  for (const [name, number] of copies) expect([name, number]).toEqual([name, 1]);
});

test('the chart finds every server where it looks, without encryption and without a backup', () => {
  const brokers = chart.flatMap(({ data }) => data?.SUFFRAGE_KAFKA_BROKERS ?? []);
  expect(new Set(brokers)).toEqual(new Set(['kafka-kafka-bootstrap.infra.svc:9092']));
  expect(find(servers, 'Kafka', 'kafka').spec).toMatchObject({
    kafka: { listeners: [{ port: 9092, type: 'internal', tls: false }] },
  });
  for (const name of ['votes', 'registrar']) {
    const { spec } = find(servers, 'Cluster', name);
    expect(spec).toMatchObject({ instances: 1, bootstrap: { initdb: { database: name } } });
    expect(spec).not.toHaveProperty('plugins');
    expect(spec).not.toHaveProperty('postgresql');
  }
  expect(find(servers, 'Service', 'redis').spec).toEqual({
    selector: { app: 'redis' },
    ports: [{ port: 6379 }],
  });
  for (const one of servers) expect(one.metadata.namespace).toBe('infra');
});

test('the API of Kubernetes, of Strimzi and of CloudNativePG knows all of it', async () => {
  expect(await kubeconform(await kustomize('deploy/kind'))).toEqual({
    status: 0,
    output: expect.stringMatching(/Valid: 6, Invalid: 0, Errors: 0, Skipped: 0/),
  });
}, 60_000);
