import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { type Manifest, manifest } from './manifest.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const CHART = join(ROOT, 'helm/suffrage');
export const VALUE_FILES = ['kind', 'nginx', 'gateway', 'dev', 'staging', 'production'] as const;
export type ValueFile = (typeof VALUE_FILES)[number];

const run = promisify(execFile);
/** Helm 4, unless told otherwise: the chart is for Helm 3 too. */
export const HELM = process.env.HELM ?? join(ROOT, '.tools/bin/helm');
const KUBECTL = join(ROOT, '.tools/bin/kubectl');
/** Rendered text of production is a megabyte with its dashboards. */
const MAX_BYTES = 64 * 1024 * 1024;

export type Values = Readonly<Record<string, unknown>>;

/** What `helm template` makes of a value file and further values. @throws Error with Helm's message when it refuses. */
export async function renderText(file: ValueFile, values: Values = {}): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-chart-'));
  try {
    const own = join(directory, 'values.yaml');
    writeFileSync(own, stringify(values));
    const args = ['template', 'suffrage', CHART, '-n', 'apps', '--kube-version', 'v1.37.0'];
    const files = ['-f', join(CHART, `values-${file}.yaml`), '-f', own];
    const { stdout } = await run(HELM, [...args, ...files], { maxBuffer: MAX_BYTES });
    return stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What `kubectl kustomize` makes of a directory of the repository. @throws Error with its message when it refuses. */
export async function kustomize(directory: string): Promise<string> {
  const { stdout } = await run(KUBECTL, ['kustomize', join(ROOT, directory)], { maxBuffer: MAX_BYTES });
  return stdout;
}

/** What `renderText` gives, as objects. Numbers such as 0440 are read as Kubernetes reads them (YAML 1.1). */
export async function render(file: ValueFile, values: Values = {}): Promise<Manifest[]> {
  return readManifests(await renderText(file, values));
}

export function readManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap(document => {
    const [error] = document.errors;
    if (error) throw error;
    const content: unknown = document.toJS();
    return content === null ? [] : [manifest.parse(content)];
  });
}
