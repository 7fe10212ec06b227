import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { type Association, identityDisagreements } from './agreements.ts';

const HELP = `node infra/plans/identities.ts PLAN RENDERED ENVIRONMENT

Says where a service's role would go to other pods than its own.

  PLAN         what tofu show -json says of an environment's plan
  RENDERED     what helm template says of the chart there
  ENVIRONMENT  whose release in gitops/flux names the namespace
`;

const association = z.object({
  type: z.literal('aws_eks_pod_identity_association'),
  name: z.literal('service'),
  index: z.string(),
  change: z.object({ after: z.object({ namespace: z.string(), service_account: z.string() }) }),
});
const plan = z.object({ resource_changes: z.array(z.unknown()) });
const account = z.object({
  kind: z.literal('ServiceAccount'),
  metadata: z.object({
    name: z.string(),
    labels: z.object({ 'app.kubernetes.io/component': z.string() }),
  }),
});
const release = z.object({ metadata: z.object({ namespace: z.string() }) });

const [planned, rendered, environment] = process.argv.slice(2);
if (planned === undefined || rendered === undefined || environment === undefined) process.stdout.write(HELP);
else judge(planned, rendered, environment);

function judge(planFile: string, chartFile: string, name: string): void {
  const wrong = identityDisagreements(associationsOf(planFile), accountsOf(chartFile, namespaceOf(name)));
  for (const line of wrong) process.stdout.write(`${line}\n`);
  if (wrong.length > 0) process.exitCode = 1;
}

function associationsOf(file: string): Association[] {
  const { resource_changes: changes } = plan.parse(JSON.parse(readFileSync(file, 'utf8')));
  return changes.flatMap(change => {
    const { data } = association.safeParse(change);
    if (!data) return [];
    const { namespace, service_account } = data.change.after;
    return [{ service: data.index, namespace, account: service_account }];
  });
}

function accountsOf(file: string, namespace: string): Map<string, string> {
  const objects: unknown[] = parseAllDocuments(readFileSync(file, 'utf8')).map(object => object.toJS());
  return new Map(
    objects.flatMap(object => {
      const { data } = account.safeParse(object);
      if (!data) return [];
      const { name, labels } = data.metadata;
      return [[labels['app.kubernetes.io/component'], `${namespace}/${name}`] as const];
    }),
  );
}

function namespaceOf(name: string): string {
  const file = join(import.meta.dirname, '../../gitops/flux/apps', name, 'release.yaml');
  return release.parse(parse(readFileSync(file, 'utf8'))).metadata.namespace;
}
