import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from '@jest/globals';
import { parseAllDocuments, stringify } from 'yaml';
import { gatekeeperCopy } from './generate/gatekeeper.ts';
import { POLICIES, readRego, readSingleObjectRules } from './generate/rules.ts';
import { requiredTopicSettings } from './generate/topic-settings.ts';
import { changed, readCases } from './tests/cases.ts';

const CONFTEST = process.env.CONFTEST ?? join(POLICIES, '../.tools/bin/conftest');
const work = mkdtempSync(join(tmpdir(), 'suffrage-policies-'));
afterAll(() => rmSync(work, { recursive: true }));

const cases = readCases();
const rules = [...readSingleObjectRules(), ...readRego('kubernetes/together'), ...readRego('values')].filter(
  ({ refusals }) => refusals > 0,
);

/** conftest's results as JSON, also where it refuses. */
function conftest(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(CONFTEST, args, { cwd: POLICIES, encoding: 'utf8' });
  if (status !== 0 && status !== 1) throw new Error(`conftest ended with ${status}: ${stderr}`);
  return { stdout, status };
}

test('every rule passes what is right and refuses what is wrong, in its own tests', () => {
  const { stdout, status } = conftest(
    'verify',
    '--no-color',
    ...['kubernetes', 'values', 'tests'].flatMap(directory => ['--policy', directory]),
    '--data',
    'tests/data',
  );
  expect([status, stdout]).toEqual([0, expect.stringContaining(' 0 failures')]);
  const tested = readFileSync(join(POLICIES, 'tests/cases_test.rego'), 'utf8');
  for (const { name } of rules) expect(tested).toContain(`test_${name} if both_ways("${name}")`);
});

test.each(rules)('each way to be refused by $name has a case', ({ name, refusals }) => {
  const refused = cases.filter(({ rule, says }) => rule === name && says !== undefined);
  expect(refused.length).toBeGreaterThanOrEqual(refusals);
});

test('what is generated is current', () => {
  const settings = readFileSync(join(POLICIES, 'kubernetes/each/required_topic_settings.rego'), 'utf8');
  expect(settings).toBe(requiredTopicSettings());
  const all = readSingleObjectRules();
  const copied = all.filter(({ refusals }) => refusals > 0);
  const files = copied.map(({ name }) => `${name.replaceAll('_', '-')}.yaml`);
  expect(readdirSync(join(POLICIES, 'gatekeeper')).toSorted()).toEqual(files.toSorted());
  for (const [index, rule] of copied.entries()) {
    const file = readFileSync(join(POLICIES, 'gatekeeper', files[index] ?? ''), 'utf8');
    expect(file).toBe(gatekeeperCopy(rule, all));
  }
});

type Result = {
  readonly filename: string;
  readonly namespace: string;
  readonly failures?: readonly object[];
};

test('Gatekeeper’s copies judge every case as the rules do', () => {
  const policy = join(work, 'gatekeeper');
  mkdirSync(policy);
  const texts = new Set<string>();
  for (const file of readdirSync(join(POLICIES, 'gatekeeper'))) {
    const [template] = parseAllDocuments(readFileSync(join(POLICIES, 'gatekeeper', file), 'utf8'));
    const { source } = template?.toJS().spec.targets[0].code[0] ?? {};
    for (const text of [source.rego, ...source.libs]) texts.add(text);
  }
  for (const [index, text] of [...texts].entries()) writeFileSync(join(policy, `${index}.rego`), text);
  const copied = new Set(readSingleObjectRules().map(({ name }) => name));
  const reviewed = cases.filter(({ rule }) => copied.has(rule));
  const files = reviewed.map((one, index) => {
    const file = join(work, `${index}.yaml`);
    // Go reads YAML 1.1, where a plain off is no text.
    writeFileSync(file, stringify({ review: { object: changed(one) } }, { version: '1.1' }));
    return file;
  });
  const { stdout } = conftest('test', '--all-namespaces', '--output', 'json', '--policy', policy, ...files);
  const results: readonly Result[] = JSON.parse(stdout);
  const judged = reviewed.map(({ rule, name }, index) => {
    const result = results.find(
      ({ filename, namespace }) => basename(filename) === `${index}.yaml` && namespace === `suffrage_${rule}`,
    );
    return [rule, name, (result?.failures ?? []).length > 0];
  });
  expect(judged).toEqual(reviewed.map(({ rule, name, says }) => [rule, name, says !== undefined]));
});

const run = promisify(execFile);

test('what refuses a rendering says all that is wrong with it, and ends with 1', async () => {
  const file = join(work, 'wrong.yaml');
  const wrong = cases.find(({ name }) => name === 'one pod');
  if (!wrong) throw new Error('there is no such case');
  writeFileSync(file, stringify(changed(wrong)));
  const judge = join(POLICIES, 'judge.sh');
  const environment = { env: { ...process.env, CONFTEST } };
  const refused = await run(judge, ['--production', file], environment).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/one pod, and no other beside it[^]*no NetworkPolicy limits its egress/),
  });
  const values = join(work, 'values.yaml');
  writeFileSync(values, 'kafka: { sasl: { password: x } }\n');
  const secret = await run(judge, ['--values', values], environment).catch((error: unknown) => error);
  expect(secret).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('kafka.sasl.password is a secret'),
  });
});
