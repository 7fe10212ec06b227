import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { topicNames } from '@suffrage/contracts/topics';
import { ROLL_MILLIS } from '@suffrage/registrar/http/roll.route';
import { z } from 'zod';
import { component, find, type Manifest, podOf } from './manifest.ts';
import { render, ROOT, VALUE_FILES } from './render.ts';

const named = (all: readonly Manifest[], kind: string) =>
  all.filter(one => one.kind === kind).map(({ metadata }) => metadata.name);

describe.each(VALUE_FILES)('objects of values-%s.yaml', file => {
  const rendered = render(file);

  test('are each there once', async () => {
    const keys = (await rendered).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
  });

  test('scale something that is there, up fast and down slowly', async () => {
    const all = await rendered;
    const scaled = z.looseObject({
      scaleTargetRef: z.object({ kind: z.string(), name: z.string(), apiVersion: z.string() }),
    });
    const scalers = all.filter(({ kind }) => /^(HorizontalPodAutoscaler|ScaledObject)$/.test(kind));
    for (const scaler of scalers) {
      const { kind, name } = scaled.parse(scaler.spec).scaleTargetRef;
      // Helm must not set the number that the scaler has found.
      expect(find(all, kind, name).spec).not.toHaveProperty('replicas');
      expect(JSON.stringify(scaler.spec)).toMatch(
        /"scaleUp":\{"stabilizationWindowSeconds":0.*"scaleDown":\{"stabilizationWindowSeconds":600/,
      );
    }
    expect(scalers.length).toBe({ kind: 0, nginx: 1, gateway: 5, dev: 1, staging: 5, production: 5 }[file]);
  });

  test('give a secret only to the components that use it, and the registrar its own', async () => {
    const users = new Map<string, Set<string>>();
    for (const one of await rendered) {
      if (one.kind === 'Pod') continue;
      for (const { projected } of podOf(one)?.spec.volumes ?? [])
        for (const { secret } of projected?.sources ?? [])
          for (const { path } of secret.items)
            users.set(path, (users.get(path) ?? new Set()).add(`${component(one)}:${secret.name}`));
    }
    const componentsOf = (path: string) =>
      [...(users.get(path) ?? [])].map(user => user.split(':')[0]).toSorted();
    expect(componentsOf('receiptKey')).toEqual(['ingestion']);
    expect(componentsOf('redisUrl')).toEqual(['aggregator', 'processor']);
    for (const path of [
      'registrarDatabase',
      'managerTokens',
      'codeKey',
      'electionKeysSecret',
      'limitsRedisUrl',
    ])
      for (const user of componentsOf(path)) expect(['registrar', 'migrate-registrar']).toContain(user);
    const secretsOf = (those: RegExp) =>
      new Set(
        [...users.values()].flatMap(set =>
          [...set].filter(user => those.test(user)).map(user => user.split(':')[1]),
        ),
      );
    const registrars = secretsOf(/^(migrate-)?registrar:/);
    // Certificates of authorities are public; all sign in at the brokers by one name.
    for (const shared of ['suffrage-kafka', 'suffrage-aws-authorities', 'suffrage-infra-authority'])
      registrars.delete(shared);
    const others = secretsOf(/^(ingestion|processor|aggregator|audit|migrate-votes):/);
    expect([...registrars].filter(name => others.has(name))).toEqual([]);
  });

  test('let the migrations run before anything else is there', async () => {
    const all = await rendered;
    const weights = (name: string) =>
      all
        .filter(({ metadata }) => metadata.name === name)
        .map(({ kind, metadata }) => [kind, metadata.annotations] as const);
    for (const name of ['suffrage-migrate-log', 'suffrage-migrate-votes', 'suffrage-migrate-registrar']) {
      for (const [kind, annotations] of weights(name)) {
        expect(annotations['helm.sh/hook']).toBe('pre-install,pre-upgrade');
        expect(Number(annotations['helm.sh/hook-weight'])).toBe(kind === 'Job' ? 0 : -10);
      }
      const pod = podOf(find(all, 'Job', name))?.spec;
      find(all, 'ServiceAccount', pod?.serviceAccountName ?? '');
      const secrets = pod?.volumes.flatMap(({ secret, projected }) => [
        ...(secret ? [secret.secretName] : []),
        ...(projected?.sources ?? []).map(source => source.secret.name),
      ]);
      const made = all.flatMap(one => (one.kind === 'ExternalSecret' ? [one.metadata.name] : []));
      // What the chart itself makes for the services later is not there yet.
      for (const secret of secrets ?? [])
        if (made.includes(secret))
          expect(find(all, 'ExternalSecret', secret).metadata.annotations).toHaveProperty(['helm.sh/hook']);
        else if (secret.endsWith('-tls')) expect(find(all, 'Certificate', name).metadata.name).toBe(name);
    }
  });

  test('name services that callers find, and certificates for those names', async () => {
    const all = await rendered;
    const urls = all.flatMap(({ data }) =>
      Object.entries(data ?? {}).flatMap(([name, value]) => (/_URLS?$/.test(name) ? [new URL(value)] : [])),
    );
    expect(urls.length).toBe(5);
    for (const { hostname, port, protocol } of urls) {
      expect(find(all, 'Service', hostname).spec).toMatchObject({
        ports: expect.arrayContaining([expect.objectContaining({ port: Number(port) })]),
      });
      if (protocol === 'https:')
        expect(find(all, 'Certificate', hostname).spec).toMatchObject({
          secretName: `${hostname}-tls`,
          dnsNames: expect.arrayContaining([hostname]),
          usages: expect.arrayContaining(['server auth', 'client auth']),
        });
    }
  });

  test('are drained one after the other where there are several pods', async () => {
    const all = await rendered;
    const budgets = named(all, 'PodDisruptionBudget');
    expect(budgets.length).toBe(file === 'kind' ? 0 : 5);
  });
});

test('KEDA reads the lag of the group and topic that the processors have', async () => {
  const source = readFileSync(join(ROOT, 'services/processor/src/app.ts'), 'utf8');
  expect(source).toContain('groupId: `${topics.votes}-processor`');
  for (const installation of ['', 'spring']) {
    const { votes } = topicNames(installation);
    const { spec } = find(await render('nginx', { installation }), 'ScaledObject', 'suffrage-processor');
    expect(spec).toMatchObject({
      triggers: [
        {
          metadata: {
            consumerGroup: `${votes}-processor`,
            topic: votes,
            offsetResetPolicy: 'earliest',
            allowIdleConsumers: 'false',
          },
        },
      ],
    });
  }
});

test('of blue and green processors one has pods, and the scaler scales that one', async () => {
  for (const [active, idle] of [
    ['blue', 'green'],
    ['green', 'blue'],
  ] as const) {
    const all = await render('gateway', {
      processor: { blueGreen: { active, tags: { [active]: '9.9.9' } } },
    });
    expect(find(all, 'Deployment', `suffrage-processor-${idle}`).spec).toMatchObject({ replicas: 0 });
    expect(find(all, 'ScaledObject', 'suffrage-processor').spec).toMatchObject({
      scaleTargetRef: { name: `suffrage-processor-${active}` },
    });
    const image = podOf(find(all, 'Deployment', `suffrage-processor-${active}`))?.spec.containers[0]?.image;
    expect(image).toBe('ghcr.io/suffrage/processor:9.9.9');
    expect(named(all, 'Deployment')).not.toContain('suffrage-processor');
  }
});

test('with Argo Rollouts a canary is judged by the failures that the alerts know', async () => {
  const all = await render('production');
  expect(named(all, 'Rollout').toSorted()).toEqual(
    ['aggregator', 'ingestion', 'registrar', 'web'].map(name => `suffrage-${name}`),
  );
  const query = JSON.stringify(find(all, 'AnalysisTemplate', 'suffrage-burn-rate-votes').spec);
  const objectives = readFileSync(join(ROOT, 'observability/rules/objectives.yaml'), 'utf8');
  const failing =
    /suffrage_ingestion_votes_total\{(code=~"not-ready[^"]*")\}/.exec(objectives)?.[1] ?? 'none';
  expect(query).toContain(failing.replaceAll('"', '\\"'));
  expect(query).toContain('<= 0.00144');
  expect(named(await render('production', { rollouts: { enabled: false } }), 'Rollout')).toEqual([]);
});

test('Prometheus gets every alert and rule, Grafana every dashboard', async () => {
  const all = await render('production');
  const sources = ['alerts', 'rules'].flatMap(of => readdirSync(join(ROOT, 'observability', of)));
  const groups = z.object({ groups: z.array(z.object({ name: z.string() })) });
  const names = groups.parse(find(all, 'PrometheusRule', 'suffrage').spec).groups.map(({ name }) => name);
  for (const file of sources)
    if (file !== 'objectives.yaml') expect(names).toContain(`suffrage-${file.replace('.yaml', '')}`);
  expect(names).toContain('suffrage-acknowledge-failures');
  const dashboards = named(all, 'ConfigMap').filter(name => name.includes('-dashboard-'));
  expect(dashboards.length).toBe(readdirSync(join(ROOT, 'observability/dashboards/generated')).length);
});

const HOSTS = {
  page: 'page',
  votes: 'votes',
  'votes-grpc': 'votesGrpc',
  results: 'results',
  'results-grpc': 'resultsGrpc',
  registrar: 'registrar',
};

const ALB = 'alb.ingress.kubernetes.io/';

test('an ALB reaches pods by their addresses, with the web ACL before them', async () => {
  const all = await render('production');
  expect(named(all, 'Ingress').toSorted()).toEqual(
    Object.keys(HOSTS)
      .map(door => `suffrage-${door}`)
      .toSorted(),
  );
  expect(find(all, 'Ingress', 'suffrage-votes-grpc').metadata.annotations).toMatchObject({
    [`${ALB}target-type`]: 'ip',
    [`${ALB}backend-protocol`]: 'HTTPS',
    [`${ALB}backend-protocol-version`]: 'GRPC',
    [`${ALB}wafv2-acl-arn`]: expect.stringContaining('webacl/suffrage'),
  });
});

/** AWS refuses other codes than gRPC's (0 to 99) for a gRPC target, and with it the whole group of ingresses. */
test.each(['server', 'none'])(
  'an ALB asks gRPC doors in gRPC where calls arrive, the others at the port of the metrics (tls %s)',
  async services => {
    const all = await render('production', { tls: { services } });
    const checks = all.flatMap(({ kind, metadata: { name, annotations } }) =>
      kind === 'Ingress'
        ? [
            [
              name,
              ...['protocol', 'port', 'path'].map(of => annotations[`${ALB}healthcheck-${of}`]),
              annotations[`${ALB}success-codes`],
            ].join(' '),
          ]
        : [],
    );
    const inGrpc = `${services === 'none' ? 'HTTP' : 'HTTPS'} traffic-port /grpc.health.v1.Health/Check 0`;
    expect(checks.toSorted()).toEqual([
      'suffrage-page HTTP 9468 /health/ready 200',
      'suffrage-registrar HTTP 9466 /health/ready 200',
      'suffrage-results HTTP 9465 /health/ready 200',
      `suffrage-results-grpc ${inGrpc}`,
      'suffrage-votes HTTP 9464 /health/ready 200',
      `suffrage-votes-grpc ${inGrpc}`,
    ]);
  },
);

test('ingresses of one group name the same of what their balancer has once', async () => {
  const annotation = (name: string) => `${ALB}${name}`;
  const ingresses = (await render('production')).filter(({ kind }) => kind === 'Ingress');
  const groups = Map.groupBy(ingresses, ({ metadata }) => metadata.annotations?.[annotation('group.name')]);
  expect([...groups].map(([group, members]) => [group, members.length])).toEqual([['suffrage', 6]]);
  for (const name of ['load-balancer-attributes', 'scheme', 'wafv2-acl-arn']) {
    const values = ingresses.map(({ metadata }) => metadata.annotations?.[annotation(name)]);
    expect([name, new Set(values).size, typeof values[0]]).toEqual([name, 1, 'string']);
  }
});

test('nginx limits requests, and never sends a vote a second time by itself', async () => {
  const { metadata } = find(await render('nginx'), 'Ingress', 'suffrage-votes');
  expect(metadata.annotations).toMatchObject({
    'nginx.ingress.kubernetes.io/limit-rps': '50',
    'nginx.ingress.kubernetes.io/proxy-next-upstream': 'off',
    'nginx.ingress.kubernetes.io/proxy-ssl-secret': 'apps/suffrage-edge-tls',
  });
});

/** nginx's own are 1 MB and 60 s. The registrar reads a roll as it comes: it counts voters, not bytes, for as long as it may take. */
test('nginx lets a roll and a stream of votes through as long as the services do, and nothing else that is large', async () => {
  const all = await render('nginx', {
    edge: { hosts: { votesGrpc: 'grpc.votes.example.org', resultsGrpc: 'grpc.results.example.org' } },
  });
  const annotation = (door: string, name: string) =>
    find(all, 'Ingress', `suffrage-${door}`).metadata.annotations[`nginx.ingress.kubernetes.io/${name}`];
  const uploads = ['page', 'registrar', 'votes-grpc'];
  for (const door of Object.keys(HOSTS)) {
    const isUpload = uploads.includes(door);
    expect([door, annotation(door, 'proxy-body-size')]).toEqual([door, isUpload ? '0' : undefined]);
    expect([door, annotation(door, 'proxy-request-buffering')]).toEqual([door, isUpload ? 'off' : undefined]);
  }
  for (const door of uploads)
    expect(Number(annotation(door, 'proxy-read-timeout')) * 1_000).toBeGreaterThanOrEqual(ROLL_MILLIS);
});

test('the Gateway API has a route for each host, and none without', async () => {
  const all = await render('gateway', { edge: { hosts: { registrar: '' } } });
  expect(named(all, 'GRPCRoute').toSorted()).toEqual(['suffrage-results-grpc', 'suffrage-votes-grpc']);
  expect(named(all, 'HTTPRoute').toSorted()).toEqual(['suffrage-page', 'suffrage-results', 'suffrage-votes']);
  expect(named(all, 'Ingress')).toEqual([]);
});

test.each([
  ['gateway', 'vault'],
  ['production', 'aws'],
] as const)('in %s secrets come from %s, the registrar’s by another role', async (file, provider) => {
  const all = await render(file);
  const stores = all.filter(({ kind }) => kind === 'SecretStore');
  expect(
    stores.map(({ spec }) => Object.keys(z.object({ provider: z.looseObject({}) }).parse(spec).provider)),
  ).toEqual([[provider], [provider]]);
  expect(find(all, 'ExternalSecret', 'suffrage-registrar').spec).toMatchObject({
    secretStoreRef: { name: 'suffrage-registrar' },
  });
  expect(find(all, 'ExternalSecret', 'suffrage-votes').spec).toMatchObject({
    secretStoreRef: { name: 'suffrage-votes' },
  });
});

test('autoscalers ask for the names that the rules of the Prometheus adapter give', async () => {
  const rules = readFileSync(join(ROOT, 'helm/suffrage/files/prometheus-adapter.yaml'), 'utf8');
  const asked = JSON.stringify(
    find(await render('production'), 'HorizontalPodAutoscaler', 'suffrage-ingestion').spec,
  );
  for (const name of ['suffrage_requests_per_second', 'suffrage_latency_seconds']) {
    expect(asked).toContain(name);
    expect(rules).toContain(`as: ${name}`);
  }
  expect(asked).toContain('"averageValue":"80m"');
  const metrics = new Set(rules.match(/suffrage_\w+_(?:count|total|bucket)/g));
  const known = readFileSync(join(ROOT, 'docs/reference/metrics.md'), 'utf8');
  for (const metric of metrics) expect(known).toContain(metric.replace(/_(?:count|bucket)$/, ''));
});

test('an audit keeps its report beside the earlier ones', async () => {
  const [audit] = podOf(find(await render('production'), 'CronJob', 'suffrage-audit'))?.spec.containers ?? [];
  expect(audit?.args).toContain('--json=/reports/$(JOB).json');
  expect(audit?.env).toContainEqual({
    name: 'JOB',
    value: '',
    valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } },
  });
});

test('a standby runs nothing, prepares topics for a copy, and leaves the registrar’s database alone', async () => {
  const [serving, standby] = await Promise.all([
    render('production'),
    render('production', { standby: true, audit: { follow: { enabled: true } } }),
  ]);
  const replicated = z.looseObject({ replicas: z.number() });
  const running = standby.filter(({ kind }) => /^(Deployment|Rollout|StatefulSet)$/.test(kind));
  expect(running).toHaveLength(6);
  for (const one of running) expect(replicated.parse(one.spec).replicas).toBe(0);
  expect(standby.filter(({ kind }) => /Autoscaler|ScaledObject/.test(kind))).toEqual([]);
  expect(find(standby, 'CronJob', 'suffrage-audit').spec).toMatchObject({ suspend: true });
  expect(find(serving, 'CronJob', 'suffrage-audit').spec).toMatchObject({ suspend: false });
  const jobs = (all: readonly Manifest[]) => named(all, 'Job').filter(name => name.includes('migrate'));
  expect(jobs(serving)).toEqual([
    'suffrage-migrate-log',
    'suffrage-migrate-votes',
    'suffrage-migrate-registrar',
  ]);
  expect(jobs(standby)).toEqual(['suffrage-migrate-log', 'suffrage-migrate-votes']);
  const copies = (all: readonly Manifest[]) =>
    podOf(find(all, 'Job', 'suffrage-migrate-log'))?.spec.containers[0]?.env;
  expect(copies(standby)).toContainEqual({ name: 'SUFFRAGE_COPY', value: 'true' });
  expect(copies(serving)).toContainEqual({ name: 'SUFFRAGE_COPY', value: 'false' });
});
