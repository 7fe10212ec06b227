import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Manifest, podOf } from './manifest.ts';
import { CHART, render, VALUE_FILES, type ValueFile, type Values } from './render.ts';

const COMPONENT = 'app.kubernetes.io/component';
const RELEASE = { 'app.kubernetes.io/name': 'suffrage', 'app.kubernetes.io/instance': 'suffrage' };

const peers = z.array(z.looseObject({}));
const ports = z.array(z.strictObject({ protocol: z.string(), port: z.number() }));
const policy = z.object({
  podSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
  policyTypes: z.tuple([z.literal('Ingress'), z.literal('Egress')]),
  ingress: z.array(z.strictObject({ from: peers, ports })).nullish(),
  egress: z.array(z.strictObject({ to: peers, ports })).nullish(),
});
const ownPods = z.tuple([
  z.strictObject({ podSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }) }),
]);

const destination = z.object({ peers, ports: z.array(z.number()) });
const network = z
  .looseObject({ policies: z.boolean().optional(), pods: z.array(z.string()).optional() })
  // `pods`, whose word about addresses is believed, are no arrows.
  .transform(({ policies: _policies, pods: _pods, ...arrows }) => arrows)
  .pipe(z.record(z.string(), z.union([peers, destination.partial()])));
type Destination = z.output<typeof destination>;
type Outside = Readonly<Record<string, Destination>>;

/** Who is outside, by the names that the values give them; callers without ports. */
function outsideOf(file: ValueFile, values: Values): Outside {
  const found = new Map<string, Destination>();
  const read = (name: string): unknown => parse(readFileSync(join(CHART, name), 'utf8'));
  for (const own of [read('values.yaml'), read(`values-${file}.yaml`), values]) {
    const { network: given } = z.object({ network: network.default({}) }).parse(own);
    for (const [name, one] of Object.entries(given)) {
      if (Array.isArray(one)) found.set(name, { peers: one, ports: [] });
      else found.set(name, destination.parse({ ...found.get(name), ...one }));
    }
  }
  return Object.fromEntries(found);
}

const list = (those: z.output<typeof ports>) => [...new Set(those.map(({ port }) => port))].join();

/** The component of this release; `undefined` when it is something else. */
function componentOf(end: z.output<typeof peers>): string | undefined {
  const { [COMPONENT]: component, ...release } =
    ownPods.safeParse(end).data?.[0].podSelector.matchLabels ?? {};
  return isDeepStrictEqual(release, RELEASE) ? component : undefined;
}

/** `from -> to: ports` inside, once as the caller may and once as the called lets in, and `from -> to` at its borders. */
function arrowsOf(all: readonly Manifest[], outside: Outside) {
  const out = new Set<string>();
  const into = new Set<string>();
  const names = Object.entries(outside);
  for (const { kind, spec } of all) {
    if (kind !== 'NetworkPolicy') continue;
    const { podSelector, ingress, egress } = policy.parse(spec);
    const self = podSelector.matchLabels[COMPONENT];
    if (self === undefined) continue;
    for (const { from, ports: at } of ingress ?? []) {
      const [caller] = names.find(([, { peers: own }]) => isDeepStrictEqual(own, from)) ?? [];
      into.add(`${componentOf(from) ?? caller ?? JSON.stringify(from)} -> ${self}: ${list(at)}`);
    }
    for (const { to, ports: at } of egress ?? []) {
      const [server] =
        names.find(([, own]) => isDeepStrictEqual(own.peers, to) && own.ports.join() === list(at)) ?? [];
      out.add(
        server ? `${self} -> ${server}` : `${self} -> ${componentOf(to) ?? JSON.stringify(to)}: ${list(at)}`,
      );
    }
  }
  return { out: [...out].toSorted(), in: [...into].toSorted() };
}

const lines = (text: string) =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');

/** The arrows of the design, and those that an option adds. Names without ports are servers of the values' `network`. */
const WITHIN = {
  always: `
    web -> ingestion: 8080
    web -> aggregator: 8081
    web -> registrar: 8082
    aggregator -> registrar: 8082
    aggregator -> ingestion: 9464
    audit -> aggregator: 8081
    audit -> registrar: 8082`,
  tests: `
    test -> ingestion: 8080,9090,9464
    test -> aggregator: 8081,9091
    test -> registrar: 8082
    test -> web: 8088`,
};
const OUT = {
  always: `
    ingestion -> kafka
    processor -> kafka
    processor -> votesDatabase
    processor -> redis
    aggregator -> kafka
    aggregator -> votesDatabase
    aggregator -> redis
    registrar -> kafka
    registrar -> registrarDatabase
    audit -> kafka
    audit -> votesDatabase
    migrate-log -> kafka
    migrate-votes -> votesDatabase
    migrate-registrar -> registrarDatabase
    ingestion -> dns
    processor -> dns
    aggregator -> dns
    registrar -> dns
    web -> dns
    audit -> dns
    migrate-log -> dns
    migrate-votes -> dns
    migrate-registrar -> dns`,
  tests: `
    test -> dns`,
  election: `
    test -> kafka
    test -> votesDatabase`,
  limitsRedis: `
    registrar -> limitsRedis`,
  kms: `
    registrar -> awsCredentials`,
  iam: `
    ingestion -> awsCredentials
    processor -> awsCredentials
    aggregator -> awsCredentials
    registrar -> awsCredentials
    audit -> awsCredentials
    migrate-log -> awsCredentials`,
  collector: `
    ingestion -> collector
    processor -> collector
    aggregator -> collector
    registrar -> collector`,
  signIn: `
    registrar -> registrarOutside`,
  replay: `
    replay -> dns
    replay -> kafka`,
  replayCollector: `
    replay -> collector`,
  replayIam: `
    replay -> awsCredentials`,
};
const IN = {
  page: `
    edge -> web: 8088`,
  results: `
    edge -> aggregator: 8081`,
  votes: `
    edge -> ingestion: 8080`,
  registrar: `
    edge -> registrar: 8082`,
  withGrpc: `
    edge -> web: 8088
    edge -> ingestion: 8080,9090
    edge -> aggregator: 8081,9091
    edge -> registrar: 8082`,
  alb: `
    edge -> web: 8088,9468
    edge -> ingestion: 8080,9090,9464
    edge -> aggregator: 8081,9091,9465
    edge -> registrar: 8082,9466`,
  albGrpcAlone: `
    edge -> web: 8088,9468
    edge -> ingestion: 9090
    edge -> aggregator: 8081,9465`,
  prometheus: `
    prometheus -> ingestion: 9464
    prometheus -> aggregator: 9465
    prometheus -> registrar: 9466
    prometheus -> processor: 9467
    prometheus -> web: 9468
    prometheus -> audit: 9469`,
};
type Case = readonly [
  what: string,
  file: ValueFile,
  values: Values,
  within: readonly (keyof typeof WITHIN)[],
  out: readonly (keyof typeof OUT)[],
  into: readonly (keyof typeof IN)[],
];
const FOUR = ['page', 'votes', 'results', 'registrar', 'prometheus'] as const;
const SERVED = ['always', 'tests'] as const;
const AWS = [...SERVED, 'iam', 'limitsRedis'] as const;
const replay = { ingestion: { localQueue: { replayClaims: ['queue-0'] } } };
const CASES: readonly Case[] = [
  ['kind', 'kind', {}, SERVED, [...SERVED, 'election'], ['page', 'votes', 'results']],
  ['nginx', 'nginx', {}, SERVED, SERVED, FOUR],
  ['gateway', 'gateway', {}, SERVED, [...SERVED, 'limitsRedis', 'collector'], ['withGrpc', 'prometheus']],
  ['dev', 'dev', {}, SERVED, AWS, ['alb', 'prometheus']],
  ['staging', 'staging', {}, SERVED, [...AWS, 'collector'], ['alb', 'prometheus']],
  ['production', 'production', {}, SERVED, [...AWS, 'collector', 'signIn'], ['alb', 'prometheus']],
  ['no test pods', 'nginx', { tests: { enabled: false } }, ['always'], ['always'], FOUR],
  ['nobody from outside', 'nginx', { edge: { kind: 'none' } }, SERVED, SERVED, ['prometheus']],
  [
    'KMS without IAM',
    'nginx',
    { aws: { region: 'eu-west-1' }, registrar: { kmsKeyId: 'alias/keys' } },
    SERVED,
    [...SERVED, 'kms'],
    FOUR,
  ],
  [
    'replay',
    'gateway',
    replay,
    SERVED,
    [...SERVED, 'limitsRedis', 'collector', 'replay', 'replayCollector'],
    ['withGrpc', 'prometheus'],
  ],
  ['replay with IAM', 'dev', replay, SERVED, [...AWS, 'replay', 'replayIam'], ['alb', 'prometheus']],
  [
    'a gateway, whatever class ingresses would have',
    'gateway',
    { edge: { ingress: { className: 'alb' } } },
    SERVED,
    [...SERVED, 'limitsRedis', 'collector'],
    ['withGrpc', 'prometheus'],
  ],
  [
    'an ALB that has votes over gRPC only',
    'dev',
    { edge: { hosts: { votes: '', resultsGrpc: '', registrar: '' } } },
    SERVED,
    AWS,
    ['albGrpcAlone', 'prometheus'],
  ],
];

test.each(CASES)(
  'both ends allow the arrows of the design and no other: %s',
  async (_, file, values, within, out, into) => {
    const arrows = arrowsOf(await render(file, values), outsideOf(file, values));
    const inside = within.flatMap(name => lines(WITHIN[name]));
    expect(arrows.out).toEqual([...inside, ...out.flatMap(name => lines(OUT[name]))].toSorted());
    expect(arrows.in).toEqual([...inside, ...into.flatMap(name => lines(IN[name]))].toSorted());
  },
);

describe.each(VALUE_FILES)('values-%s.yaml', file => {
  test('every pod is under the policy that denies, and under one that allows', async () => {
    const all = await render(file, replay);
    const policies = all.flatMap(({ kind, spec }) => (kind === 'NetworkPolicy' ? [policy.parse(spec)] : []));
    const denied = policies.filter(({ podSelector }) => isDeepStrictEqual(podSelector.matchLabels, RELEASE));
    expect(denied).toEqual([{ podSelector: { matchLabels: RELEASE }, policyTypes: ['Ingress', 'Egress'] }]);
    const pods = all.map(podOf).filter(pod => pod !== undefined);
    for (const { metadata } of pods) expect(metadata.labels).toMatchObject(RELEASE);
    const components = new Set(pods.map(({ metadata }) => metadata.labels[COMPONENT]));
    expect(components).toContain('replay');
    const allowing = policies.filter(one => !denied.includes(one));
    expect(new Set(allowing.map(({ podSelector }) => podSelector.matchLabels[COMPONENT]))).toEqual(
      components,
    );
  });

  test('of the registrar and the votes neither reaches the other database or Redis', async () => {
    const { out } = arrowsOf(await render(file, replay), outsideOf(file, replay));
    const reach = (from: RegExp) => out.filter(arrow => from.test(arrow)).join();
    expect(reach(/^(migrate-)?registrar ->/)).not.toMatch(/-> (votesDatabase|redis)/);
    expect(reach(/^(?!(migrate-)?registrar ->)/)).not.toMatch(/-> (registrarDatabase|limitsRedis)/);
  });
});
