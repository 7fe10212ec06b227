import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { arrivals, plans, scenarioNames } from '../scenarios/plans.ts';
import { loadElection } from '../votes/load-election.ts';
import { lineBytesOf } from '../votes/vote-lines.ts';

const manifest = readFileSync(join(import.meta.dirname, 'testrun.yaml'), 'utf8');
const environment = readFileSync(join(import.meta.dirname, '../scenarios/environment.ts'), 'utf8');
const values = new Map(
  [...manifest.matchAll(/- name: (?<name>[A-Z0-9_]+)\n\s+value: "?(?<value>[^"\n]+)"?/g)].map(
    ({ groups }) => [groups?.name ?? '', groups?.value ?? ''],
  ),
);

test('the distributed run sets what the scripts read, and nothing else', () => {
  const known = [...environment.matchAll(/(?:read|list)\('(?<name>[A-Z0-9_]+)'/g)].map(
    ({ groups }) => groups?.name,
  );
  const own = new Set(['SUFFRAGE_CACHE', 'SHARE']);
  const set = [...values.keys()].filter(name => !own.has(name) && !name.startsWith('K6_'));
  expect(set.length).toBeGreaterThan(8);
  expect(set.filter(name => !known.includes(name))).toEqual([]);
});

test('each generator of the distributed run signs as many votes as its share takes', () => {
  const parallelism = Number(/parallelism: (?<count>\d+)/.exec(manifest)?.groups?.count);
  const scenario = scenarioNames.find(name => name === values.get('SCENARIO'));
  if (!scenario) throw new Error('the manifest names no scenario');
  const settings = { rate: Number(values.get('RATE')), seconds: Number(values.get('SECONDS')) };
  const share = arrivals(plans[scenario].stages(settings)) / parallelism;
  expect(Number(values.get('SHARE'))).toBeGreaterThan(share);
  const load = loadElection({ mode: 'pseudonymous', seed: 1, votesPerVoter: 1 });
  expect(values.get('ELECTION')).toBe(load.id);
  expect(Number(values.get('LINE_BYTES'))).toBe(lineBytesOf(load));
});
