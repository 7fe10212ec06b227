import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { POLICIES } from './generate/rules.ts';

const chaos = join(POLICIES, '../chaos');
const engines = readdirSync(join(chaos, 'engines')).flatMap(file =>
  parseAllDocuments(readFileSync(join(chaos, 'engines', file), 'utf8')).map(document => ({
    file,
    engine: document.toJS(),
  })),
);
type Probe = { readonly mode: string; readonly 'promProbe/inputs': { readonly query: string } };
type Variable = { readonly name: string; readonly value: string };
const experimentOf = (engine: (typeof engines)[number]['engine']) => engine.spec.experiments[0];
const metrics = readFileSync(join(POLICIES, '../docs/reference/metrics.md'), 'utf8');
const documents = (path: string) =>
  parseAllDocuments(readFileSync(join(POLICIES, '..', path), 'utf8')).map(document => document.toJS());
const access = documents('chaos/access.yaml');

/** Pods that the operators make of deploy/infra: Strimzi's are called cluster, pool, id; CloudNativePG's cluster and number. */
const podsOfInfra = [
  ...documents('deploy/infra/kafka.yaml')
    .filter(({ kind }) => kind === 'KafkaNodePool')
    .flatMap(({ metadata, spec }) => {
      const first = /^\[(\d+)-/.exec(metadata.annotations?.['strimzi.io/next-node-ids'] ?? '')?.[1];
      return first === undefined
        ? []
        : count(spec.replicas).map(each => `kafka-${metadata.name}-${Number(first) + each}`);
    }),
  ...documents('deploy/infra/postgresql.yaml')
    .filter(({ kind }) => kind === 'Cluster')
    .flatMap(({ metadata, spec }) => count(spec.instances).map(each => `${metadata.name}-${each + 1}`)),
];

function count(number: number): number[] {
  return Array.from({ length: number }, (_, index) => index);
}

test('there are faults of pods, containers, nodes, networks and a zone', () => {
  const experiments = new Set(engines.map(({ engine }) => experimentOf(engine).name));
  const wanted = ['pod-delete', 'container-kill', 'node-drain', 'node-restart'];
  const network = ['loss', 'latency'].map(kind => `pod-network-${kind}`);
  expect(experiments).toEqual(new Set([...wanted, ...network]));
  const files = engines.map(({ file }) => file);
  expect(files).toEqual(expect.arrayContaining(['zone-lost.yaml', 'network-partition.yaml']));
});

test.each(engines)(
  '$file: nothing is broken unless all is well, and the audit is the judge',
  ({ engine }) => {
    expect([engine.apiVersion, engine.kind]).toEqual(['litmuschaos.io/v1alpha1', 'ChaosEngine']);
    const { probe, components } = experimentOf(engine).spec;
    const queries = (mode: string): string[] =>
      probe.filter((one: Probe) => one.mode === mode).map((one: Probe) => one['promProbe/inputs'].query);
    expect(queries('SOT').join(' ')).toContain('suffrage_audit_balances');
    expect(queries('EOT').join(' ')).toMatch(
      /suffrage_audit_balances.*suffrage_audit_completed_timestamp_seconds/,
    );
    for (const query of [...queries('SOT'), ...queries('EOT')])
      for (const [metric] of query.matchAll(/suffrage_\w+/g)) expect(metrics).toContain(`\`${metric}\``);
    const seconds = components.env.find((one: Variable) => one.name === 'TOTAL_CHAOS_DURATION').value;
    expect(Number(seconds)).toBeGreaterThanOrEqual(60);
  },
);

type Workload = { readonly kind: string; readonly namespace: string; readonly labels: string };
type Pods = { readonly namespace: string; readonly names: string };
const aimed = engines.filter(({ engine }) => engine.spec.selectors);

test.each(aimed)('$file hits what there is', ({ engine }) => {
  const { workloads, pods }: { workloads?: Workload[]; pods?: Pods[] } = engine.spec.selectors;
  for (const { namespace, names } of pods ?? []) {
    expect(namespace).toBe('infra');
    for (const name of names.split(',')) expect(podsOfInfra).toContain(name);
  }
  // What takes votes is a Deployment, a Rollout or a StatefulSet, as the values say.
  if (workloads) expect(workloads.map(({ kind }) => kind)).toEqual(['deployment', 'rollout', 'statefulset']);
  for (const { namespace, labels } of workloads ?? []) {
    expect(namespace).toBe('apps');
    expect(labels).toMatch(/^app\.kubernetes\.io\/(component=(ingestion|processor)|part-of=suffrage)$/);
  }
  expect(engine.spec).not.toHaveProperty('appinfo');
});

test('the engines are where privileged helpers are let in, with the account that may', () => {
  const named = (kind: string) => access.find(one => one.kind === kind);
  expect(named('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe('privileged');
  const account = named('ServiceAccount').metadata;
  for (const { engine } of engines) {
    expect(engine.metadata.namespace).toBe(named('Namespace').metadata.name);
    expect(engine.spec.chaosServiceAccount).toBe(account.name);
  }
  for (const kind of ['RoleBinding', 'ClusterRoleBinding'])
    expect(named(kind).subjects).toEqual([
      { kind: 'ServiceAccount', name: account.name, namespace: named('Namespace').metadata.name },
    ]);
});

test('it may read whose pods it looks for, and touches nothing of others but pods and nodes', () => {
  const { rules }: { rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[] } = access.find(
    one => one.kind === 'ClusterRole',
  );
  const may = rules.flatMap(({ apiGroups, resources, verbs }) =>
    resources.flatMap(resource => verbs.map(verb => `${verb} ${resource}.${apiGroups.join()}`)),
  );
  const owners = ['deployments.apps', 'statefulsets.apps', 'replicasets.apps', 'rollouts.argoproj.io'];
  expect(may).toEqual(expect.arrayContaining(owners.map(owner => `get ${owner}`)));
  const changes = may.filter(right => !/^(get|list) /.test(right));
  expect(changes.toSorted()).toEqual([
    'create pods/eviction.',
    'delete pods.',
    'patch nodes.',
    'update nodes.',
  ]);
});

test('the runner says what there is, and refuses what there is not', () => {
  const help = spawnSync(join(chaos, 'run.sh'), ['--help'], { encoding: 'utf8' });
  for (const { file } of engines) expect(help.stdout).toContain(file.replace('.yaml', ''));
  expect(spawnSync(join(chaos, 'run.sh'), ['nothing']).status).toBe(2);
});
