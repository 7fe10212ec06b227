import { z } from 'zod';

/** What tests look at in rendered objects; the API's own schemas are kubeconform's business. */

const labels = z.record(z.string(), z.string());
const metadata = z.looseObject({
  name: z.string(),
  labels: labels.default({}),
  annotations: labels.default({}),
});

export const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata,
  spec: z.unknown().optional(),
  data: z.record(z.string(), z.string()).optional(),
});
export type Manifest = z.output<typeof manifest>;

const probe = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }).optional() });
const quantities = z.record(z.string(), z.union([z.string(), z.number()]));

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  env: z
    .array(z.object({ name: z.string(), value: z.string().default(''), valueFrom: z.unknown().optional() }))
    .default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  volumeMounts: z
    .array(z.looseObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) }))
    .default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  securityContext: z.unknown(),
  resources: z.object({ requests: quantities, limits: quantities }),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  lifecycle: z.unknown().optional(),
});
export type Container = z.output<typeof container>;

const projected = z.object({
  secret: z.object({ name: z.string(), items: z.array(z.object({ key: z.string(), path: z.string() })) }),
});

const volume = z.looseObject({
  name: z.string(),
  projected: z.object({ sources: z.array(projected), defaultMode: z.number() }).optional(),
  secret: z.object({ secretName: z.string(), defaultMode: z.number() }).optional(),
  configMap: z.object({ name: z.string() }).optional(),
});

const podSpec = z.looseObject({
  containers: z.array(container),
  initContainers: z.array(container).default([]),
  volumes: z.array(volume).default([]),
  serviceAccountName: z.string().optional(),
  terminationGracePeriodSeconds: z.number().optional(),
});
export type PodSpec = z.output<typeof podSpec>;

const template = z.looseObject({
  metadata: z.looseObject({ labels, annotations: labels.default({}) }),
  spec: podSpec,
});
export type PodTemplate = z.output<typeof template>;

const withTemplate = z.looseObject({ template });
const cron = z.looseObject({ jobTemplate: z.looseObject({ spec: withTemplate }) });
const pod = z.looseObject({ metadata, spec: podSpec });

/** The pod that an object makes, if it makes any. */
export function podOf(one: Manifest): PodTemplate | undefined {
  switch (one.kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'Rollout':
    case 'Job':
      return withTemplate.parse(one.spec).template;
    case 'CronJob':
      return cron.parse(one.spec).jobTemplate.spec.template;
    case 'Pod': {
      const { metadata: about, spec } = pod.parse(one);
      return { metadata: { labels: about.labels, annotations: about.annotations }, spec };
    }
    default:
      return undefined;
  }
}

/** @throws Error when there is none, or more than one. */
export function find(all: readonly Manifest[], kind: string, name: string): Manifest {
  const found = all.filter(one => one.kind === kind && one.metadata.name === name);
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`there are ${found.length} of ${kind} ${name}`);
  return first;
}

export const component = (one: Manifest): string => one.metadata.labels['app.kubernetes.io/component'] ?? '';
