import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { Manifest } from './manifest.ts';
import { render, ROOT } from './render.ts';

/** The chart that brings each API which is not Kubernetes' own. */
const GIVES: Readonly<Record<string, string>> = {
  'argoproj.io': 'argo-rollouts',
  'cert-manager.io': 'cert-manager',
  'external-secrets.io': 'external-secrets',
  'keda.sh': 'keda',
  'monitoring.coreos.com': 'kube-prometheus-stack',
};
const page = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8');
const chapter = (number: number) =>
  page.slice(page.indexOf(`## ${number}. `), page.indexOf(`## ${number + 1}. `));
const installs = (text: string) => text.match(/^helm upgrade --install .*$/gm) ?? [];
const isInstalled = (chart: string) => installs(chapter(3)).some(line => line.split(' ').includes(chart));

let production: Manifest[];
beforeAll(async () => {
  production = await render('production');
});

test('every API that production asks for is installed by a command of the page', () => {
  const groups = new Set(
    production.map(({ apiVersion }) => apiVersion.split('/')[0] ?? '').filter(group => /\./.test(group)),
  );
  const foreign = [...groups].filter(group => !group.endsWith('.k8s.io'));
  expect(foreign.toSorted()).toEqual(Object.keys(GIVES));
  for (const group of foreign) expect([group, isInstalled(GIVES[group] ?? '')]).toEqual([group, true]);
});

test('so is who serves its balancers, and the metrics that its autoscalers ask for', () => {
  const ofKind = (kind: string) => JSON.stringify(production.filter(one => one.kind === kind));
  expect(ofKind('Ingress')).toContain('"ingressClassName":"alb"');
  expect(isInstalled('aws-load-balancer-controller')).toBe(true);
  expect(ofKind('HorizontalPodAutoscaler')).toContain('"type":"Pods"');
  expect(isInstalled('prometheus-adapter')).toBe(true);
  expect(chapter(3)).toContain('-f helm/suffrage/files/prometheus-adapter.yaml');
});

test('charts of others are named with their version', () => {
  const others = installs(chapter(2) + chapter(3)).filter(line => !line.includes(' helm/suffrage '));
  expect(others.length).toBeGreaterThan(8);
  for (const line of others) expect(line).toMatch(/ --version v?\d+\.\d+\.\d+ /);
});
