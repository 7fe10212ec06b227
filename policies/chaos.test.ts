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
const infra = readFileSync(join(POLICIES, '../deploy/infra/kafka.yaml'), 'utf8');

test('there are faults of pods, containers, nodes, networks and a zone', () => {
  const experiments = new Set(engines.map(({ engine }) => experimentOf(engine).name));
  const wanted = ['pod-delete', 'container-kill', 'node-drain', 'node-restart'];
  const network = ['loss', 'partition', 'latency'].map(kind => `pod-network-${kind}`);
  expect(experiments).toEqual(new Set([...wanted, ...network]));
  expect(engines.map(({ file }) => file)).toContain('zone-lost.yaml');
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

test.each(engines.filter(({ engine }) => engine.spec.appinfo))('$file hits what there is', ({ engine }) => {
  const { appns, applabel } = engine.spec.appinfo;
  const [label, value] = applabel.split('=');
  if (label === 'app.kubernetes.io/component') expect(['ingestion', 'processor']).toContain(value);
  else if (label === 'app.kubernetes.io/part-of') expect(value).toBe('suffrage');
  // Strimzi and CloudNativePG give their pods these labels.
  else if (label === 'cnpg.io/cluster') expect(value).toBe('votes');
  else expect(['strimzi.io/broker-role', 'strimzi.io/kind']).toContain(label);
  expect(appns).toBe(label.startsWith('app.') ? 'apps' : 'infra');
  expect(infra).toContain('kind: Kafka\n');
});

test('the runner says what there is, and refuses what there is not', () => {
  const help = spawnSync(join(chaos, 'run.sh'), ['--help'], { encoding: 'utf8' });
  for (const { file } of engines) expect(help.stdout).toContain(file.replace('.yaml', ''));
  expect(spawnSync(join(chaos, 'run.sh'), ['nothing']).status).toBe(2);
});
