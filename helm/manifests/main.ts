import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';

const USAGE = `Writes deploy/base and the chart with values-production.yaml as plain manifests, one file for each step, for kubectl apply and Kustomize.
Needs Helm (tools/setup/setup.sh helm).

  node helm/manifests/main.ts [DIR]    DIR: where to write (default deploy/manifests)
`;

const ROOT = join(import.meta.dirname, '../..');
const HELM = join(ROOT, '.tools/bin/helm');
const CHART = join(ROOT, 'helm/suffrage');
const BASE = join(ROOT, 'deploy/base');
const NAMESPACE = 'apps';
const MAX_BYTES = 64 * 1024 * 1024;
/** Kubernetes reads 0440 as octal, which newer YAML does not. */
const YAML = { version: '1.1' } as const;

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
});
type Manifest = z.output<typeof manifest>;

/** In the order in which they have to be there. What is in none is a fault of this list. */
const STEPS: readonly { readonly file: string; readonly kinds: readonly string[] }[] = [
  { file: '00-namespace.yaml', kinds: ['Namespace'] },
  { file: '10-accounts.yaml', kinds: ['PriorityClass', 'ServiceAccount'] },
  { file: '20-network.yaml', kinds: ['NetworkPolicy'] },
  { file: '30-secrets.yaml', kinds: ['SecretStore', 'ExternalSecret', 'Issuer', 'Certificate', 'Secret'] },
  { file: '40-settings.yaml', kinds: ['ConfigMap'] },
  { file: '50-migrations.yaml', kinds: ['Job'] },
  {
    file: '60-services.yaml',
    kinds: ['Service', 'AnalysisTemplate', 'Deployment', 'StatefulSet', 'Rollout', 'CronJob'],
  },
  {
    file: '70-scaling.yaml',
    kinds: ['PodDisruptionBudget', 'HorizontalPodAutoscaler', 'TriggerAuthentication', 'ScaledObject'],
  },
  { file: '80-edge.yaml', kinds: ['Ingress', 'HTTPRoute', 'GRPCRoute'] },
  { file: '90-monitoring.yaml', kinds: ['ServiceMonitor', 'PrometheusRule'] },
];

function main(): void {
  const [target = join(ROOT, 'deploy/manifests')] = process.argv.slice(2);
  if (target === '--help') return void process.stdout.write(USAGE);
  const all = [...base(), ...render()];
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  for (const { file, kinds } of STEPS) {
    const those = kinds.flatMap(kind => all.filter(one => one.kind === kind));
    writeFileSync(join(target, file), print(those));
  }
  const unknown = all.find(({ kind }) => !STEPS.some(({ kinds }) => kinds.includes(kind)));
  if (unknown) throw new Error(`in which step ${unknown.kind} ${unknown.metadata.name} belongs, is not said`);
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: STEPS.map(({ file }) => file),
  };
  writeFileSync(join(target, 'kustomization.yaml'), HEAD + stringify(kustomization));
}

const HEAD =
  '# Generated from deploy/base, helm/suffrage and its values-production.yaml by helm/manifests/main.ts.\n';

function print(all: readonly Manifest[]): string {
  return HEAD + all.map(one => stringify(one, { ...YAML, lineWidth: 0 })).join('---\n');
}

/** What the chart leans on in every cluster. */
function base(): Manifest[] {
  return ['namespaces.yaml', 'authority.yaml'].flatMap(file =>
    parseAllDocuments(readFileSync(join(BASE, file), 'utf8')).map(document =>
      manifest.parse(document.toJS()),
    ),
  );
}

/** Dashboards are left out: they are large, and Grafana takes them from observability/dashboards/generated as well. */
function render(): Manifest[] {
  const args = ['template', 'suffrage', CHART, '-n', NAMESPACE, '--kube-version', 'v1.37.0', '--skip-tests'];
  const values = ['-f', join(CHART, 'values-production.yaml'), '--set', 'monitoring.dashboards=false'];
  const text = execFileSync(HELM, [...args, ...values], { encoding: 'utf8', maxBuffer: MAX_BYTES });
  return parseAllDocuments(text, YAML)
    .map(document => document.toJS())
    .filter(content => content !== null)
    .map(content => withoutHelm(manifest.parse(content)));
}

/** What Helm does at an upgrade is done here by the order of the files; kubectl deletes nothing. */
function withoutHelm(one: Manifest): Manifest {
  const { annotations, ...metadata } = one.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !name.startsWith('helm.sh/'));
  const about = one.kind === 'PriorityClass' ? {} : { namespace: NAMESPACE };
  return {
    ...one,
    metadata: {
      ...metadata,
      ...about,
      ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
    },
  };
}

main();
