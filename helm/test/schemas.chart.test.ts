import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { kubeconform, VERSIONS } from './kubeconform.ts';
import { kustomize, renderText, ROOT, VALUE_FILES, type Values } from './render.ts';

/** What the value files don't have. */
const OTHERS: readonly [string, Values][] = [
  [
    'SCRAM at the brokers',
    {
      kafka: { sasl: { mechanism: 'scram-sha-512', username: 'suffrage', registrarUsername: 'registrar' } },
      secrets: { kafkaPassword: { secret: 'kafka' }, registrarKafkaPassword: { secret: 'registrar-kafka' } },
    },
  ],
  ['KEDA switched off', { processor: { keda: { enabled: false }, autoscaling: { enabled: true } } }],
  [
    'a volume to replay',
    { rollouts: { enabled: false }, ingestion: { localQueue: { enabled: true, replayClaims: ['lost'] } } },
  ],
  [
    'Amazon Managed Prometheus',
    {
      rollouts: {
        prometheus: 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0',
        prometheusRegion: 'eu-west-1',
      },
    },
  ],
  ['Secrets of other hands', { externalSecrets: { enabled: false }, image: { pullSecrets: ['registry'] } }],
  [
    'nothing optional',
    {
      monitoring: { serviceMonitors: false, rules: false, dashboards: false },
      network: { policies: false },
      tests: { enabled: false },
      migrations: { enabled: false },
      edge: { kind: 'none' },
    },
  ],
];

/** Manifests of operators beside the chart. */
const operators = ['deploy/infra', 'chaos/engines'].flatMap(directory =>
  readdirSync(join(ROOT, directory))
    .filter(file => file.endsWith('.yaml'))
    .map(file => readFileSync(join(ROOT, directory, file), 'utf8')),
);

/** All in one run, because kubeconform reads the definitions of the API once for each kind. */
const everything = Promise.all([
  ...VALUE_FILES.map(file => renderText(file)),
  ...OTHERS.map(([, values]) => renderText('production', values)),
  kustomize('deploy/base'),
]);

test.each(VERSIONS)(
  'the API of Kubernetes %s knows all that the value files make, and what they lean on',
  async version => {
    expect(await kubeconform([...(await everything), ...operators].join('\n---\n'), version)).toEqual({
      status: 0,
      output: expect.stringMatching(/Valid: [1-9]\d+, Invalid: 0, Errors: 0, Skipped: 0/),
    });
  },
  300_000,
);

test('a field that the API does not know is found by these tests', async () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: one }\ndata: {}\ncontent: {}\n';
  const { status, output } = await kubeconform(text, VERSIONS.at(-1) ?? '');
  expect(status).toBe(1);
  expect(output).toContain("additional properties 'content' not allowed");
}, 60_000);
