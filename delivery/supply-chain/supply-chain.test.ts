import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { judgeDeprecated, readAudit } from './advisories.ts';
import { readBill } from './bill-of-materials.ts';
import { judgeLicences } from './licences.ts';
import type { Policy } from './policy.ts';

jest.setTimeout(60_000);
const directory = mkdtempSync(join(tmpdir(), 'suffrage-supply-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const policy: Policy = {
  licences: ['MIT', 'ISC'],
  licencesOf: { font: 'may be embedded' },
  deprecated: { old: 'r' },
};
const packages = (...names: string[]) => names.map(name => ({ name, versions: ['1.0.0'] }));

test('a licence that nobody has allowed is told, with the package that has it', () => {
  const font = { Unknown: packages('font') };
  expect(judgeLicences({ MIT: packages('a'), ...font }, policy)).toEqual([]);
  expect(judgeLicences({ 'AGPL-3.0': packages('b'), ...font }, policy)).toEqual(['b 1.0.0: AGPL-3.0']);
  expect(judgeLicences({ Unknown: packages('font', 'c') }, policy)).toEqual(['c 1.0.0: Unknown']);
});

test('of a choice of licences one must be allowed, of several at once all', () => {
  const font = { Unknown: packages('font') };
  expect(
    judgeLicences({ '(MIT OR AGPL-3.0)': packages('a'), 'MIT AND ISC': packages('b'), ...font }, policy),
  ).toEqual([]);
  expect(judgeLicences({ 'MIT AND AGPL-3.0': packages('c'), ...font }, policy)).toHaveLength(1);
  expect(judgeLicences({ '(MIT OR (ISC AND AGPL-3.0))': packages('d'), ...font }, policy)).toHaveLength(1);
});

test('an exception that nobody needs any more is told', () => {
  expect(judgeLicences({ MIT: packages('font') }, policy)).toEqual([
    'font: has an exception that it does not need',
  ]);
});

test('a withdrawn package is told, unless a reason is on record', () => {
  const lock = {
    packages: { 'a@1.0.0': {}, 'b@2.0.0': { deprecated: 'use c' }, 'old@3.0.0': { deprecated: 'x' } },
  };
  expect(judgeDeprecated(lock, policy)).toEqual(['b@2.0.0: use c']);
});

test('known faults are read from the report of a registry that keeps them', () => {
  const report = {
    advisories: { 1: { module_name: 'a', severity: 'high', title: 'reads files', url: 'https://x' } },
  };
  expect(readAudit(JSON.stringify(report))).toEqual({
    kind: 'asked',
    found: ['a: high: reads files https://x'],
  });
  expect(readAudit('{"advisories":{},"metadata":{}}')).toEqual({ kind: 'asked', found: [] });
});

test('a registry that keeps no advisories is not taken for one that knows of none', () => {
  const refusal = 'Error: ERR_PNPM_AUDIT_BAD_RESPONSE\n\n  × The audit endpoint (at x) responded with 405:\n';
  expect(readAudit(refusal)).toEqual({ kind: 'not kept', answer: '405' });
  expect(() => readAudit('something else went wrong')).toThrow('something else went wrong');
});

test('a credential that somebody leaves in a file is found', () => {
  const file = join(directory, 'settings.ts');
  // Put together here, so that this file does not hold one itself.
  writeFileSync(
    file,
    `const key = '${['AKIA', 'QWERTZUIOPASDFGH'].join('')}';\nconst db = 'postgresql://${'me'}:${'hunter22'}@db/votes';\n`,
  );
  const { status, stdout } = spawnSync(
    join(repositoryDirectory, 'delivery/node_modules/.bin/secretlint'),
    ['--no-glob', '--maskSecrets', '--secretlintrc', join(repositoryDirectory, '.secretlintrc.json'), file],
    { cwd: repositoryDirectory, encoding: 'utf8' },
  );
  expect(status).toBe(1);
  expect(stdout).toContain('PostgreSQL connection string');
  expect(stdout).not.toContain('hunter22');
});

test('the bill of materials of a service has what it is made of, and each component has an address', () => {
  const file = join(directory, 'sbom.json');
  execFileSync(
    'pnpm',
    ['--filter', '@suffrage/processor', 'sbom', '--prod', '--sbom-format', 'cyclonedx', '--out', file],
    { cwd: repositoryDirectory },
  );
  const names = readBill(execFileSync('cat', [file], { encoding: 'utf8' })).components.map(
    ({ name }) => name,
  );
  expect(names).toEqual(expect.arrayContaining(['kafkajs', 'pg', 'ioredis']));
});

test('an empty bill of materials is none', () => {
  const empty = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { name: 'x' } },
    components: [],
  };
  expect(() => readBill(JSON.stringify(empty))).toThrow();
});
