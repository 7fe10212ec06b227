import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { z } from 'zod';
import { type ApiServer, startApiServer } from './api-server.ts';
import { type Manifest, podOf } from './manifest.ts';
import { CHART, kustomize, render, VALUE_FILES } from './render.ts';

const RELEASE = 'app.kubernetes.io/instance=suffrage';
/** Nine minutes of CPU build the server, once: FULL=1 asks for it. */
const whole = process.env.FULL === '1' ? describe : describe.skip;

whole('a real API server', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
    await server.kubectl(['apply', '--server-side', '-f', '-'], await kustomize('deploy/base'));
    // Pods are refused until their priorities are known.
    await server.kubectl(['apply', '-f', '-'], printed((await render('production')).filter(isPriority)));
  }, 300_000);
  afterAll(() => server?.stop());

  const judge = (manifests: readonly object[]) =>
    server.kubectl(
      ['apply', '-n', 'apps', '--server-side', '--dry-run=server', '-f', '-'],
      printed(manifests),
    );

  test.each(VALUE_FILES)('admits everything of values-%s.yaml', async name => {
    const manifests = await render(name);
    const output = await judge(manifests);
    expect(output.trimEnd().split('\n')).toHaveLength(manifests.length);
  });

  test.each(VALUE_FILES)(
    'admits the pods of values-%s.yaml to a namespace that is restricted',
    async name => {
      const pods = (await render(name)).flatMap(asPod);
      expect(pods.length).toBeGreaterThan(5);
      await judge(pods);
    },
  );

  test('would refuse a pod that asks for more', async () => {
    const [pod] = (await render('production')).flatMap(asPod);
    const greedy = { ...pod, spec: { ...pod?.spec, hostNetwork: true, priorityClassName: '' } };
    await expect(judge([greedy])).rejects.toThrow(
      /violates PodSecurity "restricted:latest": host namespaces/,
    );
  });

  test('would refuse a field that it does not know', async () => {
    const wrong = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'wrong' }, content: {} };
    await expect(judge([wrong])).rejects.toThrow(/content/);
  });

  test('Helm installs, upgrades, takes back and removes production', async () => {
    // Nothing completes Jobs here, so hooks are left out.
    const values = join(CHART, 'values-production.yaml');
    const release = ['suffrage', CHART, '-n', 'apps', '--no-hooks', '-f', values];
    const maximum = () =>
      server.kubectl([
        'get',
        'hpa',
        'suffrage-ingestion',
        '-n',
        'apps',
        '-o',
        'jsonpath={.spec.maxReplicas}',
      ]);
    await server.kubectl(['delete', 'priorityclass', 'suffrage-votes', 'suffrage-readers']);
    await server.helm('install', ...release);
    expect(await maximum()).toBe('200');
    await server.helm('upgrade', ...release, '--set', 'ingestion.autoscaling.maxReplicas=300');
    expect(await maximum()).toBe('300');
    await server.helm('rollback', 'suffrage', '-n', 'apps', '--no-hooks');
    expect(await maximum()).toBe('200');
    await server.helm('uninstall', 'suffrage', '-n', 'apps', '--no-hooks');
    // Settings are kept on purpose, by the name of their content.
    const kinds =
      'deploy,sts,rollouts,svc,hpa,networkpolicy,ingress,pdb,sa,cronjob,externalsecret,certificate';
    const left = await server.kubectl(['get', kinds, '-n', 'apps', '-l', RELEASE, '-o', 'name']);
    expect(left).toBe('');
  });
});

/** Kubernetes reads 0440 as octal, which newer YAML does not. */
const printed = (manifests: readonly object[]) =>
  manifests.map(one => stringify(one, { version: '1.1' })).join('---\n');

const isPriority = ({ kind }: Manifest) => kind === 'PriorityClass';

/** Of a StatefulSet; nothing else has them. */
const claim = z.looseObject({ metadata: z.looseObject({ name: z.string() }) });
const claims = z.looseObject({ volumeClaimTemplates: z.array(claim).default([]) });

/** The pod that a controller would make, by itself. */
function asPod(one: Manifest) {
  const template = podOf(one);
  if (!template) return [];
  const metadata = { name: one.metadata.name, labels: template.metadata.labels };
  const claimed = claims.parse(one.spec).volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  const spec = { ...template.spec, volumes: [...template.spec.volumes, ...claimed] };
  return [{ apiVersion: 'v1', kind: 'Pod', metadata, spec }];
}
