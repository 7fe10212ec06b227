import { describe, expect, test } from '@jest/globals';
import { component, find, type Manifest, podOf } from './manifest.ts';
import { render, VALUE_FILES } from './render.ts';

const REPLAY = { ingestion: { localQueue: { replayClaims: ['queue-of-a-lost-pod'] } } };
/** libs/runtime/src/lifecycle.ts: after so long a service ends itself. */
const CLOSE_SECONDS = 25;

const pods = (all: readonly Manifest[]) =>
  all.flatMap(one => {
    const pod = podOf(one);
    return pod ? [{ of: `${one.kind} ${one.metadata.name}`, one, ...pod }] : [];
  });

describe.each(VALUE_FILES)('pods of values-%s.yaml', file => {
  const rendered = render(file, REPLAY);

  test('keep to Pod Security restricted, have no token, and no variables of other Services', async () => {
    for (const { of, spec } of pods(await rendered)) {
      expect({ of, ...spec }).toMatchObject({
        of,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(spec.serviceAccountName).toMatch(/^suffrage-/);
      for (const container of [...spec.containers, ...spec.initContainers])
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
    }
  });

  test('use a Service account, ConfigMaps and script files that are there', async () => {
    const all = await rendered;
    for (const { spec } of pods(all)) {
      find(all, 'ServiceAccount', spec.serviceAccountName ?? '');
      for (const { envFrom } of [...spec.containers, ...spec.initContainers])
        for (const { configMapRef } of envFrom) find(all, 'ConfigMap', configMapRef.name);
      for (const { configMap } of spec.volumes)
        if (configMap && configMap.name !== 'suffrage-public-keys') find(all, 'ConfigMap', configMap.name);
    }
  });

  test('name an image by version or digest, what they need, and how much memory they may take', async () => {
    for (const { spec } of pods(await rendered)) {
      for (const { image, resources } of [...spec.containers, ...spec.initContainers]) {
        expect(image).toMatch(/^(ghcr\.io\/)?suffrage\/[a-z]+(:[\w.-]+|@sha256:[0-9a-f]{64})$/);
        expect(image).not.toContain(':latest');
        expect(resources.requests).toEqual({ cpu: expect.anything(), memory: expect.anything() });
        expect(resources.limits).toEqual({ memory: expect.anything() });
      }
    }
  });

  test('are asked at a port that they serve whether they started, live and are ready', async () => {
    const services = pods(await rendered).filter(({ of }) => /^(Deployment|StatefulSet|Rollout) /.test(of));
    expect(services.length).toBeGreaterThanOrEqual(6);
    for (const { of, spec } of services) {
      const [container] = spec.containers;
      expect(container?.ports.map(({ name }) => name)).toContain('metrics');
      if (of === 'Deployment suffrage-audit') continue;
      expect(container).toMatchObject({
        startupProbe: { httpGet: { path: '/health/live', port: 'metrics' } },
        livenessProbe: { httpGet: { path: '/health/live', port: 'metrics' } },
        readinessProbe: { httpGet: { path: '/health/ready', port: 'metrics' } },
      });
    }
  });

  test('are given time to serve on, and then to close by themselves', async () => {
    const services = pods(await rendered).filter(({ of }) => /^(Deployment|StatefulSet|Rollout) /.test(of));
    for (const { of, spec } of services) {
      const [container] = spec.containers;
      const lifecycle = JSON.stringify(container?.lifecycle ?? {});
      expect(lifecycle).not.toContain('sleep');
      const [, drain = 0] = /queue\.mjs","(\d+)"/.exec(lifecycle)?.map(Number) ?? [];
      const wait = container?.env.find(({ name }) => name === 'SUFFRAGE_LEAVE_WAIT')?.value;
      const leave = Number(/^(\d+)s$/.exec(wait ?? '0s')?.[1]);
      const grace = spec.terminationGracePeriodSeconds ?? 0;
      expect({ of, spare: grace - leave - drain > CLOSE_SECONDS }).toEqual({ of, spare: true });
      // Nobody calls a processor or an audit.
      if (!/processor|audit/.test(of)) expect(leave).toBeGreaterThan(0);
    }
  });

  test('of services are spread over zones and nodes', async () => {
    const services = pods(await rendered).filter(({ of }) => /^(Deployment|StatefulSet|Rollout) /.test(of));
    const strict = file === 'production' || file === 'staging';
    for (const { of, one, spec } of services) {
      if (of === 'Deployment suffrage-audit') continue;
      const labelSelector = {
        matchLabels: {
          'app.kubernetes.io/name': 'suffrage',
          'app.kubernetes.io/instance': 'suffrage',
          'app.kubernetes.io/component': component(one),
        },
      };
      expect(spec).toMatchObject({
        topologySpreadConstraints: [
          { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, labelSelector },
        ],
      });
      const term = { topologyKey: 'kubernetes.io/hostname', labelSelector };
      expect(spec.affinity).toEqual({
        podAntiAffinity: strict
          ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
          : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
      });
    }
  });
});

test('a changed setting makes new pods of its service only, and leaves the settings of the old ones', async () => {
  const before = await render('kind');
  const after = await render('kind', { ingestion: { settings: { SUFFRAGE_IN_FLIGHT_VOTES: 10_000_000 } } });
  const settingsOf = (all: readonly Manifest[], name: string) =>
    podOf(find(all, 'Deployment', `suffrage-${name}`))?.spec.containers[0]?.envFrom[0]?.configMapRef.name ??
    '';
  expect(settingsOf(after, 'ingestion')).not.toBe(settingsOf(before, 'ingestion'));
  expect(settingsOf(after, 'processor')).toBe(settingsOf(before, 'processor'));
  expect(find(after, 'ConfigMap', settingsOf(after, 'ingestion'))).toMatchObject({
    immutable: true,
    metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
    data: { SUFFRAGE_IN_FLIGHT_VOTES: '10000000' },
  });
});

test('with a local queue ingestion keeps its volumes, and stops when they hold no votes', async () => {
  const all = await render('gateway');
  const set = find(all, 'StatefulSet', 'suffrage-ingestion');
  expect(set.spec).toMatchObject({
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    volumeClaimTemplates: [{ spec: { accessModes: ['ReadWriteOncePod'], storageClassName: 'gp3' } }],
  });
  const container = podOf(set)?.spec.containers[0];
  expect(container?.lifecycle).toEqual({
    preStop: {
      exec: { command: ['node', '/etc/suffrage/scripts/wait-for-empty-queue.mjs', '3600'] },
    },
  });
  expect(container?.volumeMounts).toContainEqual({
    name: 'queue',
    mountPath: '/var/lib/suffrage/queue',
    readOnly: false,
  });
  expect(all.filter(({ kind }) => kind === 'Deployment').map(({ metadata }) => metadata.name)).not.toContain(
    'suffrage-ingestion',
  );
});

test('a volume whose pod is gone gets a Job of its own, which no Service sends votes to', async () => {
  const all = await render('gateway', REPLAY);
  const [job, ...others] = all.filter(({ metadata }) =>
    metadata.name.startsWith('suffrage-ingestion-replay-'),
  );
  expect(others).toEqual([]);
  const pod = job && podOf(job);
  expect(pod?.metadata.labels['app.kubernetes.io/component']).toBe('replay');
  expect(pod?.spec.volumes).toContainEqual({
    name: 'queue',
    persistentVolumeClaim: { claimName: 'queue-of-a-lost-pod' },
  });
  expect(pod?.spec.initContainers[0]).toMatchObject({ name: 'ingestion', restartPolicy: 'Always' });
  const next = await render('gateway', { ...REPLAY, image: { tag: '0.2.0' } });
  expect(next.map(({ metadata }) => metadata.name)).not.toContain(job?.metadata.name);
});
