import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Application } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application';
import { ApplicationSet } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/ApplicationSet';
import { AppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject';
import { HelmRelease } from '@kubernetes-models/flux-cd/helm.toolkit.fluxcd.io/v2/HelmRelease';
import { Kustomization } from '@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1/Kustomization';
import { GitRepository } from '@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1/GitRepository';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { judgeMake, parseMake, readTargets } from '../make-targets.ts';
import { environmentNames } from '../release/environments.ts';
import { type Manifest, readManifests } from './read-manifests.ts';
import { renderSet } from './render-set.ts';
import { tektonPipeline, tektonTask } from './tekton-shapes.ts';

const directory = join(repositoryDirectory, 'gitops');
const inRepository = (path: string) => existsSync(join(repositoryDirectory, path));
/** The chart comes with a part of the repository of its own. */
const hasChart = inRepository('helm/suffrage');
const argocd = readManifests(join(directory, 'argocd'));
const flux = readManifests(join(directory, 'flux'));
const tekton = readManifests(join(directory, 'tekton'));
const set = argocd.find(({ kind }) => kind === 'ApplicationSet');
const applications = renderSet(set);

function without(manifest: Manifest): any {
  const { file, ...rest } = manifest;
  return rest;
}

test('Argo CD takes its project and its set, and every application that comes of it', () => {
  for (const manifest of argocd)
    new (manifest.kind === 'AppProject' ? AppProject : ApplicationSet)(without(manifest)).validate();
  expect(applications).toHaveLength(6);
  for (const { application } of applications) new Application(application as any).validate();
});

test('a mistake in an application is refused', () => {
  const { spec } = applications[0]?.application as any;
  const wrong = { ...(applications[0]?.application as any), spec: { ...spec, destination: 'apps' } };
  expect(() => new Application(wrong).validate()).toThrow();
});

test('every environment has infra before apps, in its own cluster, from files that are there', () => {
  for (const { element, application } of applications) {
    const { metadata, spec } = application as any;
    expect(metadata.annotations['argocd.argoproj.io/sync-wave']).toBe(element.part === 'infra' ? '0' : '1');
    expect(spec.destination).toEqual({ name: `suffrage-${element.environment}`, namespace: element.part });
    if (element.part === 'infra') expect(inRepository(`${spec.source.path}/kustomization.yaml`)).toBe(true);
    else if (hasChart)
      for (const file of spec.source.helm.valueFiles)
        expect([file, inRepository(join(spec.source.path, file))]).toEqual([file, true]);
  }
});

test('Argo CD installs environments in order, and production only by hand', () => {
  const steps = (set as any).spec.strategy.rollingSync.steps.map(({ matchExpressions, maxUpdate }: any) => [
    ...matchExpressions.map(({ values }: any) => values[0]),
    maxUpdate ?? 'all',
  ]);
  expect(steps).toEqual(
    environmentNames.flatMap(name =>
      ['infra', 'apps'].map(part => [name, part, name === 'production' ? 0 : 'all']),
    ),
  );
});

test('Flux takes all of its resources', () => {
  const models: Record<string, any> = { GitRepository, HelmRelease, Kustomization };
  for (const manifest of flux) {
    const Model = models[manifest.kind];
    expect([manifest.file, manifest.kind, Model?.apiVersion]).toEqual([
      manifest.file,
      manifest.kind,
      manifest.apiVersion,
    ]);
    new Model(without(manifest)).validate();
  }
});

test('Flux installs the same as Argo CD: infra before apps, the same values, production only by hand', () => {
  for (const name of environmentNames) {
    const [infra, apps] = flux.filter(({ file }) => file === `${name}/suffrage.yaml`) as any[];
    expect(infra.spec.path).toBe(`./gitops/infra/${name}`);
    expect(apps.spec.dependsOn).toEqual([{ name: infra.metadata.name }]);
    expect([infra.spec.suspend ?? false, apps.spec.suspend ?? false]).toEqual(
      name === 'production' ? [true, true] : [false, false],
    );
    const release = flux.find(({ file }) => file === `apps/${name}/release.yaml`) as any;
    const argo = applications.find(({ element }) => element.environment === name && element.part === 'apps');
    const values = (argo?.application as any).spec.source.helm.valueFiles.map((file: string) =>
      join('helm/suffrage', file),
    );
    expect(release.spec.chart.spec.valuesFiles.slice(1).map((file: string) => join(file))).toEqual(values);
    expect(release.spec.upgrade.remediation.strategy).toBe('rollback');
  }
});

test('the pipeline of Tekton has the shape of its reference, and calls make targets that are there', () => {
  const targets = readTargets();
  for (const manifest of tekton)
    (manifest.kind === 'Pipeline' ? tektonPipeline : tektonTask).parse(without(manifest));
  const pipeline = tektonPipeline.parse(without(tekton.find(({ kind }) => kind === 'Pipeline') as Manifest));
  const tasks = tekton.filter(({ kind }) => kind === 'Task').map(({ metadata }) => metadata?.name);
  const before = new Set<string>();
  for (const { name, taskRef, runAfter, params } of pipeline.spec.tasks) {
    expect(tasks).toContain(taskRef.name);
    for (const earlier of runAfter) expect([name, before.has(earlier)]).toEqual([name, true]);
    before.add(name);
    const words = params.find(({ name: param }) => param === 'targets')?.value;
    if (!Array.isArray(words)) continue;
    const command = parseMake(`make ${words.join(' ')}`);
    expect([name, command && judgeMake(command, targets)]).toEqual([name, []]);
  }
});
