import { expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Manifest } from './manifest.ts';
import { render } from './render.ts';

const peer = z.looseObject({
  podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional(),
  namespaceSelector: z.unknown().optional(),
  ipBlock: z.unknown().optional(),
});
const ports = z.array(z.object({ protocol: z.string(), port: z.number() }));
const policy = z.object({
  podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
  policyTypes: z.tuple([z.literal('Ingress'), z.literal('Egress')]),
  ingress: z.array(z.strictObject({ from: z.array(peer), ports })).nullish(),
  egress: z.array(z.strictObject({ to: z.array(peer), ports })).nullish(),
});

const COMPONENT = 'app.kubernetes.io/component';

/** Outside of the installation, by what the value files have. */
function nameOf(one: z.output<typeof peer>): string {
  const component = one.namespaceSelector ? undefined : one.podSelector?.matchLabels[COMPONENT];
  if (component !== undefined) return component;
  const text = JSON.stringify(one);
  const known = [
    'Kafka',
    '"votes"',
    '"registrar"',
    'redis-limits',
    'redis',
    'kube-system',
    'ingress-nginx',
    'monitoring',
  ];
  return (
    known
      .find(name => text.includes(name))
      ?.replaceAll('"', '')
      .concat(' (outside)') ?? text
  );
}

/** `from -> to: ports`, once as the caller may, once as the called lets in. */
function arrowsOf(all: readonly Manifest[]): { out: Set<string>; in: Set<string> } {
  const found = { out: new Set<string>(), in: new Set<string>() };
  for (const { kind, spec } of all) {
    if (kind !== 'NetworkPolicy') continue;
    const read = policy.parse(spec);
    const self = read.podSelector.matchLabels[COMPONENT];
    if (self === undefined) continue;
    const list = (those: z.output<typeof ports>) => [...new Set(those.map(({ port }) => port))].join();
    for (const rule of read.egress ?? [])
      for (const to of rule.to) found.out.add(`${self} -> ${nameOf(to)}: ${list(rule.ports)}`);
    for (const rule of read.ingress ?? [])
      for (const from of rule.from) found.in.add(`${nameOf(from)} -> ${self}: ${list(rule.ports)}`);
  }
  return found;
}

const isWithin = (arrow: string) => !arrow.includes('(outside)') && !arrow.includes('{');

const WITHIN = [
  'web -> ingestion: 8080',
  'web -> aggregator: 8081',
  'web -> registrar: 8082',
  'aggregator -> registrar: 8082',
  'aggregator -> ingestion: 9464',
  'audit -> aggregator: 8081',
  'audit -> registrar: 8082',
];
const TO_SERVERS = [
  'ingestion -> Kafka (outside): 9093',
  'processor -> Kafka (outside): 9093',
  'processor -> votes (outside): 5432',
  'processor -> redis (outside): 6379',
  'aggregator -> Kafka (outside): 9093',
  'aggregator -> votes (outside): 5432',
  'aggregator -> redis (outside): 6379',
  'registrar -> Kafka (outside): 9093',
  'registrar -> registrar (outside): 5432',
  'audit -> Kafka (outside): 9093',
  'audit -> votes (outside): 5432',
  'migrate-log -> Kafka (outside): 9093',
  'migrate-votes -> votes (outside): 5432',
  'migrate-registrar -> registrar (outside): 5432',
];

test('everything is denied but the arrows of the design, which both ends allow', async () => {
  const all = await render('nginx', { tests: { enabled: false } });
  const deny = all.find(
    ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'suffrage-deny',
  );
  expect(deny?.spec).toEqual({
    podSelector: {
      matchLabels: { 'app.kubernetes.io/name': 'suffrage', 'app.kubernetes.io/instance': 'suffrage' },
    },
    policyTypes: ['Ingress', 'Egress'],
  });
  const arrows = arrowsOf(all);
  expect([...arrows.out].filter(isWithin).toSorted()).toEqual(WITHIN.toSorted());
  expect([...arrows.in].filter(isWithin).toSorted()).toEqual(WITHIN.toSorted());
  const servers = [...arrows.out].filter(arrow => !isWithin(arrow) && !arrow.endsWith(': 53'));
  expect(servers.toSorted()).toEqual(TO_SERVERS.toSorted());
});

test('balancers reach what has a host, and Prometheus every port of metrics', async () => {
  const arrows = arrowsOf(await render('nginx', { tests: { enabled: false } }));
  const fromOutside = [...arrows.in].filter(arrow => !isWithin(arrow));
  expect(fromOutside.toSorted()).toEqual(
    [
      'ingress-nginx (outside) -> web: 8088',
      'ingress-nginx (outside) -> ingestion: 8080',
      'ingress-nginx (outside) -> aggregator: 8081',
      'ingress-nginx (outside) -> registrar: 8082',
      'monitoring (outside) -> ingestion: 9464',
      'monitoring (outside) -> aggregator: 9465',
      'monitoring (outside) -> registrar: 9466',
      'monitoring (outside) -> processor: 9467',
      'monitoring (outside) -> web: 9468',
      'monitoring (outside) -> audit: 9469',
    ].toSorted(),
  );
});

test('every pod is under the policy that denies, and under one that allows', async () => {
  const all = await render('gateway', { ingestion: { localQueue: { replayClaims: ['one'] } } });
  const allowed = all.flatMap(({ kind, spec }) =>
    kind === 'NetworkPolicy' ? (policy.parse(spec).podSelector.matchLabels[COMPONENT] ?? []) : [],
  );
  const makers = all.filter(({ kind }) => /^(Deployment|StatefulSet|CronJob|Job|Pod|Rollout)$/.test(kind));
  for (const { metadata } of makers) expect([...allowed, 'ingestion']).toContain(metadata.labels[COMPONENT]);
  expect(allowed).toContain('replay');
});

test('of the registrar and the votes neither reaches the other database, Redis or credentials', async () => {
  const all = await render('gateway');
  const { out } = arrowsOf(all);
  const reach = (from: string) => [...out].filter(arrow => arrow.startsWith(`${from} ->`)).join();
  expect(reach('registrar')).not.toMatch(/-> votes \(outside\)|-> redis \(outside\)/);
  for (const from of ['processor', 'aggregator', 'ingestion', 'audit'])
    expect(reach(from)).not.toMatch(/-> registrar \(outside\)|-> redis-limits/);
});
