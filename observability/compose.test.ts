import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { DEFAULT_COUNTS, defaultPlaces } from '@suffrage/stack/services';
import { parse } from 'yaml';
import { z } from 'zod';

const read = (file: string): unknown =>
  parse(readFileSync(join(import.meta.dirname, file), 'utf8'), { merge: true });

const composeSchema = z.object({
  services: z.record(z.string(), z.object({ image: z.string(), volumes: z.array(z.string()).default([]) })),
  volumes: z.record(z.string(), z.unknown()),
});

test('what the containers mount is there, and their images have a version', () => {
  const { services, volumes } = composeSchema.parse(read('compose.yaml'));
  for (const { image, volumes: mounts } of Object.values(services)) {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+$/);
    for (const [from = ''] of mounts.map(mount => mount.split(':'))) {
      const isThere =
        from in volumes || from.endsWith('.data/local/logs') || existsSync(join(import.meta.dirname, from));
      expect([from, isThere]).toEqual([from, true]);
    }
  }
});

const pipelineSchema = z.object({
  receivers: z.array(z.string()),
  processors: z.array(z.string()).default([]),
  exporters: z.array(z.string()),
});
const named = z.record(z.string(), z.unknown()).default({});
const collectorSchema = z.object({
  receivers: named,
  processors: named,
  exporters: named,
  service: z.object({ pipelines: z.record(z.string(), pipelineSchema) }),
});

test.each(['compose/collector.yaml', 'compose/collector-aws.yaml', 'compose/jaeger.yaml'])(
  'every part of a pipeline of %s is defined, and every definition used',
  file => {
    const { service, ...defined } = collectorSchema.parse(read(file));
    for (const kind of ['receivers', 'processors', 'exporters'] as const) {
      const used = Object.values(service.pipelines).flatMap(pipeline => pipeline[kind]);
      expect([...new Set(used)].toSorted()).toEqual(Object.keys(defined[kind]).toSorted());
    }
  },
);

/** The source of the type: a type is not there when a test runs. */
const spanAttributes = () => {
  const source = readFileSync(join(import.meta.dirname, '../libs/runtime/src/tracing.ts'), 'utf8');
  const [, type = ''] = /SpanAttributes = Partial<\{([^}]*)\}>/.exec(source) ?? [];
  return [...type.matchAll(/^ {2}'([\w.]+)'/gm)].map(([, name = '']) => name);
};

test.each(['compose/collector.yaml', 'compose/collector-aws.yaml'])(
  '%s lets through what spans may say, and nothing else',
  file => {
    const [, pattern = '$.'] =
      /keep_matching_keys\(span\.attributes, "(.*)"\)/.exec(
        JSON.stringify(read(file)).replaceAll(/\\(["\\])/g, '$1'),
      ) ?? [];
    const allowed = new RegExp(pattern.replaceAll('\\\\', '\\'));
    const names = spanAttributes();
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter(name => !allowed.test(name))).toEqual([]);
    expect(
      ['client.address', 'url.full', 'rpc.service', 'db.query.text'].filter(name => allowed.test(name)),
    ).toEqual([]);
  },
);

test('Prometheus in a container scrapes each process of the local stack', () => {
  const schema = z.object({
    scrape_configs: z.array(
      z.object({
        static_configs: z.array(
          z.object({ targets: z.array(z.string()), labels: z.object({ instance: z.string() }) }),
        ),
      }),
    ),
  });
  const scraped = schema
    .parse(read('compose/prometheus.yaml'))
    .scrape_configs.flatMap(job =>
      job.static_configs.map(({ targets, labels }) => [labels.instance, targets[0]]),
    );
  const places = defaultPlaces(DEFAULT_COUNTS).map(({ name, ports }) => [name, `127.0.0.1:${ports.metrics}`]);
  expect(scraped).toEqual(expect.arrayContaining(places));
  expect(scraped).toHaveLength(places.length + 1);
});

test('alerts reach a receiver that is defined, and sources refer to each other by names that exist', () => {
  const alertmanager = z
    .object({
      route: z.object({ receiver: z.string(), routes: z.array(z.object({ receiver: z.string() })) }),
      receivers: z.array(z.object({ name: z.string() })),
    })
    .parse(read('compose/alertmanager.yaml'));
  const receivers = alertmanager.receivers.map(({ name }) => name);
  for (const { receiver } of [alertmanager.route, ...alertmanager.route.routes])
    expect(receivers).toContain(receiver);
  const text = readFileSync(join(import.meta.dirname, 'compose/grafana/sources.yaml'), 'utf8');
  const uids = new Set([...text.matchAll(/^ {4}uid: (\w+)$/gm)].map(([, uid]) => uid));
  for (const [, uid] of text.matchAll(/datasourceUid: (\w+)/g)) expect(uids).toContain(uid);
});
