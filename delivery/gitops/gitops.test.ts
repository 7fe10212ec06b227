import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Application } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application';
import { ApplicationSet } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/ApplicationSet';
import { AppProject } from '@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject';
import { HelmRelease } from '@kubernetes-models/flux-cd/helm.toolkit.fluxcd.io/v2/HelmRelease';
import { Kustomization } from '@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1/Kustomization';
import { GitRepository } from '@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1/GitRepository';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { z } from 'zod';
import { judgeMake, parseMake, readTargets, targetsOf } from '../make-targets.ts';
import { environmentNames, infrastructureFile, installations } from '../release/environments.ts';
import { readDocuments } from './read-documents.ts';
import { type Manifest, readManifests } from './read-manifests.ts';
import { renderSet } from './render-set.ts';
import { tektonPipeline, tektonRun, tektonTask } from './tekton-shapes.ts';

const directory = join(repositoryDirectory, 'gitops');
const inRepository = (path: string) => existsSync(join(repositoryDirectory, path));
const argocd = readManifests(join(directory, 'argocd'));
const flux = readManifests(join(directory, 'flux'));
const tekton = readManifests(join(directory, 'tekton'));
const set = argocd.find(({ kind }) => kind === 'ApplicationSet');
const applications = renderSet(set);

/** A resource's class with its schema. */
type Model = new (resource: never) => { validate(): void };

/** @throws Error when the schema has something against it. */
function validate(model: Model, resource: object): void {
  new model(resource as never).validate();
}

function without({ file: _file, ...rest }: Manifest): object {
  return rest;
}

/** What the tests below look at; the rest is the schemas' business. */
const names = z.array(z.string());
const argoApplication = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    destination: z.record(z.string(), z.string()),
    source: z.looseObject({ path: z.string(), helm: z.looseObject({ valueFiles: names }).optional() }),
  }),
});
const step = z.object({
  matchExpressions: z.array(z.looseObject({ values: names })),
  maxUpdate: z.number().optional(),
});
const rollingSync = z.looseObject({
  spec: z.looseObject({ strategy: z.looseObject({ rollingSync: z.object({ steps: z.array(step) }) }) }),
});
const fluxKustomization = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    path: z.string(),
    suspend: z.boolean().default(false),
    dependsOn: z.array(z.object({ name: z.string() })).default([]),
  }),
});
const helmRelease = z.looseObject({
  spec: z.looseObject({
    chart: z.object({ spec: z.looseObject({ valuesFiles: names }) }),
    upgrade: z.looseObject({ remediation: z.looseObject({ strategy: z.string() }) }),
  }),
});
const fluxFile = (name: string) => flux.filter(({ file }) => file === name);

test('Argo CD takes its project and its set, and every application that comes of it', () => {
  for (const manifest of argocd)
    validate(manifest.kind === 'AppProject' ? AppProject : ApplicationSet, without(manifest));
  expect(applications).toHaveLength(8);
  for (const { application } of applications) validate(Application, application);
});

test('a mistake in an application is refused', () => {
  const right = applications[0]?.application ?? {};
  const { spec } = argoApplication.parse(right);
  expect(() => validate(Application, { ...right, spec: { ...spec, destination: 'apps' } })).toThrow();
});

test('every environment has infra before apps, in its own cluster, from files that are there', () => {
  for (const { element, application } of applications) {
    const { metadata, spec } = argoApplication.parse(application);
    expect(metadata.annotations['argocd.argoproj.io/sync-wave']).toBe(element.part === 'infra' ? '0' : '1');
    expect(spec.destination).toEqual({ name: `suffrage-${element.installation}`, namespace: element.part });
    if (element.part === 'infra') expect(inRepository(`${spec.source.path}/kustomization.yaml`)).toBe(true);
    else
      for (const file of spec.source.helm?.valueFiles ?? [''])
        expect([file, inRepository(join(spec.source.path, file))]).toEqual([file, true]);
  }
});

test('every cluster that a release goes to is there, with the values of its infrastructure before what it serves', () => {
  const apps = applications.filter(({ element }) => element.part === 'apps');
  const values = apps.map(({ element, application }) => [
    element.installation,
    argoApplication.parse(application).spec.source.helm?.valueFiles.slice(1),
  ]);
  expect(values).toEqual(
    installations.map(({ name }) => [
      name,
      [`../../gitops/infrastructure/${name}.yaml`, `../../gitops/environments/${name}.yaml`],
    ]),
  );
});

test('infrastructure that has not been made yet is refused by the chart itself, whoever installs it', () => {
  const text = readFileSync(join(repositoryDirectory, 'helm/suffrage/values.schema.json'), 'utf8');
  const brokers = z
    .object({
      properties: z.object({
        kafka: z.object({ properties: z.object({ brokers: z.object({ pattern: z.string() }) }) }),
      }),
    })
    .parse(JSON.parse(text)).properties.kafka.properties.brokers;
  const pattern = new RegExp(brokers.pattern);
  for (const installation of installations) {
    const [values] = readDocuments(
      readFileSync(join(repositoryDirectory, infrastructureFile(installation)), 'utf8'),
    );
    const named = z.object({ kafka: z.looseObject({ brokers: z.string() }) }).parse(values).kafka.brokers;
    expect([installation.name, pattern.test(named)]).toEqual([installation.name, named !== '']);
  }
  expect(pattern.test('b-1.eu-west-1.amazonaws.com:9098')).toBe(true);
});

test('the group of the release pipeline may touch every kind of resource that its namespace does not give by itself', () => {
  const [role] = readManifests(join(directory, 'infra/deployers')).filter(({ kind }) => kind === 'Role');
  const { rules } = z.object({ rules: z.array(z.object({ apiGroups: names })) }).parse(role);
  const templates = join(repositoryDirectory, 'helm/suffrage/templates');
  const groups = readdirSync(templates)
    .map(name => readFileSync(join(templates, name), 'utf8'))
    .flatMap(text => [...text.matchAll(/^ *apiVersion: ([a-z0-9.-]+)\/v\S+/gm)])
    .map(([, group = '']) => group)
    // Kubernetes' own groups are one word, or end so; what they have in a namespace is its administrator's.
    .filter(group => group.includes('.') && (!group.endsWith('.k8s.io') || group.startsWith('gateway.')));
  expect(new Set(rules.flatMap(({ apiGroups }) => apiGroups))).toEqual(new Set(groups));
});

test('Argo CD installs environments in order, and production only by hand', () => {
  const steps = rollingSync
    .parse(set)
    .spec.strategy.rollingSync.steps.map(({ matchExpressions, maxUpdate }) => [
      ...matchExpressions.map(({ values }) => values[0]),
      maxUpdate ?? 'all',
    ]);
  expect(steps).toEqual(
    environmentNames.flatMap(name =>
      ['infra', 'apps'].map(part => [name, part, name === 'production' ? 0 : 'all']),
    ),
  );
});

test('Flux takes all of its resources', () => {
  const models = [GitRepository, HelmRelease, Kustomization];
  for (const manifest of flux) {
    const { file, kind, apiVersion } = manifest;
    const model = models.find(one => one.kind === kind && one.apiVersion === apiVersion);
    if (!model) throw new Error(`${file}: there is no schema of ${kind} ${apiVersion}`);
    validate(model, without(manifest));
  }
});

test('Flux installs the same as Argo CD: infra before apps, the same values, production only by hand', () => {
  for (const { name, environment } of installations) {
    const [infra, apps] = z
      .tuple([fluxKustomization, fluxKustomization])
      .parse(fluxFile(`${name}/suffrage.yaml`));
    expect(infra.spec.path).toBe(`./gitops/infra/${environment}`);
    expect(apps.spec.dependsOn).toEqual([{ name: infra.metadata.name }]);
    expect([infra.spec.suspend, apps.spec.suspend]).toEqual(
      environment === 'production' ? [true, true] : [false, false],
    );
    const release = helmRelease.parse(fluxFile(`apps/${name}/release.yaml`)[0]);
    const argo = applications.find(({ element }) => element.installation === name && element.part === 'apps');
    const values = argoApplication.parse(argo?.application).spec.source.helm?.valueFiles;
    const files = release.spec.chart.spec.valuesFiles.slice(1);
    expect(files.map(file => join(file))).toEqual(values?.map(file => join('helm/suffrage', file)));
    expect(release.spec.upgrade.remediation.strategy).toBe('rollback');
  }
});

const tektonShapes: Readonly<Record<string, typeof tektonPipeline | typeof tektonRun | typeof tektonTask>> = {
  Pipeline: tektonPipeline,
  PipelineRun: tektonRun,
  Task: tektonTask,
};
const ofTekton = (kind: string): object =>
  without(tekton.find(one => one.kind === kind) ?? { file: '', apiVersion: '', kind });

/** The command of a task: each word of its list is one argument, spaces or not. */
const madeBy = (words: readonly string[]) =>
  `make ${words.map(word => word.replace(/=(.* .*)/, "='$1'")).join(' ')}`;

test('what Tekton is given has the shape of its reference, in an order that can be, by make commands that make would take', () => {
  const targets = readTargets();
  for (const manifest of tekton) tektonShapes[manifest.kind]?.parse(without(manifest));
  expect(tekton.map(({ kind }) => kind).filter(kind => !(kind in tektonShapes))).toEqual([]);
  const tasks = tekton.filter(({ kind }) => kind === 'Task').map(({ metadata }) => metadata?.name);
  const before = new Set<string>();
  for (const { name, taskRef, runAfter, params } of tektonPipeline.parse(ofTekton('Pipeline')).spec.tasks) {
    expect(tasks).toContain(taskRef.name);
    for (const earlier of runAfter) expect([name, before.has(earlier)]).toEqual([name, true]);
    before.add(name);
    const words = params.find(({ name: param }) => param === 'targets')?.value;
    if (!Array.isArray(words)) continue;
    const command = parseMake(madeBy(words));
    expect([name, command && judgeMake(command, targets)]).toEqual([name, []]);
  }
});

test('Tekton verifies a change by all that Jenkins does', () => {
  const jenkins = readFileSync(join(repositoryDirectory, 'Jenkinsfile'), 'utf8');
  const verify = jenkins.slice(
    jenkins.indexOf("stage('Verify')"),
    jenkins.indexOf("stage('Infrastructure of"),
  );
  const made = tektonPipeline
    .parse(ofTekton('Pipeline'))
    .spec.tasks.flatMap(({ params }) => params.flatMap(({ value }) => (Array.isArray(value) ? value : [])))
    .filter(word => word !== 'setup' && !word.includes('='));
  expect(made.toSorted()).toEqual(targetsOf(verify));
});

test('a run of Tekton gives its pipeline what it asks for, and the time that it takes', () => {
  const { metadata, spec } = tektonPipeline.parse(ofTekton('Pipeline'));
  const run = tektonRun.parse(ofTekton('PipelineRun')).spec;
  expect(run.pipelineRef.name).toBe(metadata.name);
  for (const what of ['params', 'workspaces'] as const)
    expect(run[what].map(({ name }) => name)).toEqual(spec[what].map(({ name }) => name));
  expect(run.timeouts.tasks).toBe(run.timeouts.pipeline);
});
