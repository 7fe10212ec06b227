import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { find, podOf } from './manifest.ts';
import { CHART, kustomize, readManifests, ROOT, VALUE_FILES } from './render.ts';

const MANIFESTS = join(ROOT, 'deploy/manifests');
const run = (program: string, ...args: string[]) =>
  execFileSync(join(ROOT, '.tools/bin', program), args, { encoding: 'utf8', stdio: 'pipe' });

test.each(VALUE_FILES)('helm lint finds nothing in values-%s.yaml', file => {
  const output = run(
    'helm',
    'lint',
    '--strict',
    CHART,
    '-n',
    'apps',
    '-f',
    join(CHART, `values-${file}.yaml`),
  );
  expect(output).toContain('0 chart(s) failed');
});

test('the plain manifests are those of the chart (node helm/manifests/main.ts writes them)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-manifests-'));
  try {
    execFileSync(process.execPath, [join(ROOT, 'helm/manifests/main.ts'), directory]);
    const contents = (of: string) =>
      Object.fromEntries(readdirSync(of).map(file => [file, readFileSync(join(of, file), 'utf8')]));
    expect(contents(MANIFESTS)).toEqual(contents(directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('plain manifests have what Jobs need in files before theirs, and nothing of Helm', () => {
  const files = readdirSync(MANIFESTS).filter(file => /^\d/.test(file));
  expect(files).toEqual(files.toSorted());
  const kinds = new Map(
    files.map(file => [
      file,
      readManifests(readFileSync(join(MANIFESTS, file), 'utf8')).map(({ kind }) => kind),
    ]),
  );
  const placeOf = (kind: string) => files.findIndex(file => kinds.get(file)?.includes(kind));
  for (const kind of ['ServiceAccount', 'NetworkPolicy', 'ExternalSecret', 'Certificate', 'ConfigMap'])
    expect(placeOf(kind)).toBeLessThan(placeOf('Job'));
  expect(placeOf('Job')).toBeLessThan(placeOf('Rollout'));
  for (const file of files) expect(readFileSync(join(MANIFESTS, file), 'utf8')).not.toContain('helm.sh/hook');
});

test('the example of an overlay builds, and changes images, sizes and hosts', async () => {
  const all = readManifests(await kustomize('deploy/kustomize/example'));
  const images = all.flatMap(one => podOf(one)?.spec.containers.map(({ image }) => image) ?? []);
  expect(images.length).toBeGreaterThan(8);
  for (const image of images) expect(image).toMatch(/^(registry\.example\.org|ghcr\.io)\/suffrage\//);
  expect(images.filter(image => image.startsWith('registry.example.org')).length).toBeGreaterThan(4);
  expect(find(all, 'HorizontalPodAutoscaler', 'suffrage-ingestion').spec).toMatchObject({ maxReplicas: 30 });
  expect(find(all, 'Ingress', 'suffrage-page').spec).toMatchObject({ rules: [{ host: 'vote.example.net' }] });
});
