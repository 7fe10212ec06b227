import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { applyEnvironment, type Place, planEnvironment } from './environment.ts';
import type { RunProgram } from './run-program.ts';
import { valuesFiles } from './values-files.ts';

let directory: string;
let place: Place;
let calls: string[];
/** What the plan holds, as `tofu show -json` prints it. */
let planned: object[];
let fails: string;

beforeEach(() => {
  // What an environment costs is printed for who approves.
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  directory = mkdtempSync(join(tmpdir(), 'suffrage-plans-'));
  calls = [];
  planned = [];
  fails = '';
  place = {
    root: directory,
    name: 'dev',
    state: { bucket: 'states', region: 'eu-west-1', kms_key_id: 'arn:key' },
    variables: join(directory, 'environment.tfvars'),
    plans: join(directory, 'plans'),
    commit: 'c'.repeat(40),
    tofu: 'tofu',
    conftest: 'conftest',
  };
  writeFileSync(place.variables, '');
  mkdirSync(join(directory, 'infra/opentofu/environments/dev'), { recursive: true });
  writeFileSync(lockFile(), '');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

const lockFile = () => join(directory, 'infra/opentofu/environments/dev/.terraform.lock.hcl');

/** OpenTofu and conftest, as far as we use them: a plan is a file, what is shown of it is `planned`. */
const run: RunProgram = (program, words) => {
  calls.push([program, ...words].join(' '));
  if (fails && calls.at(-1)?.startsWith(fails)) throw new Error(`${fails} ended with status 1`);
  const out = words.find(word => word.startsWith('-out='));
  if (out) writeFileSync(out.slice('-out='.length), 'the plan');
  if (words[0] === 'show') return JSON.stringify({ resource_changes: planned });
  return words[0] === 'output' ? '{}' : '';
};

const resource = (type: string, action: string, after: object | null = {}) => ({
  address: `${type}.this`,
  mode: 'managed',
  type,
  change: { actions: [action], after },
});
const budget = (dollars: string) =>
  resource('aws_budgets_budget', 'create', { time_unit: 'MONTHLY', limit_amount: dollars });
const applied = () => calls.filter(call => call.startsWith('tofu apply'));

test('a plan is made on the real state, held to rules and budget, and its review says what it changes', () => {
  planned = [budget('1000'), resource('aws_eip', 'update'), resource('aws_vpc', 'no-op')];
  const said = jest.mocked(process.stdout.write);
  const review = planEnvironment(run, place);
  expect(calls[0]).toContain('-backend-config=bucket=states -backend-config=region=eu-west-1');
  expect(calls[1]).toContain(`-var-file=${place.variables}`);
  expect(calls.at(-1)).toMatch(/^conftest test .*--policy policies\/opentofu .*plan\.json$/);
  expect(review.changes).toEqual({ create: 1, update: 1 });
  expect(said.mock.calls.join('\n')).toMatch(/public addresses +1/);
  expect(review).toEqual(JSON.parse(readFileSync(join(place.plans, 'review.json'), 'utf8')));
});

test('rights that are not known yet are a warning only where the plan leaves something for AWS to choose', () => {
  const judged = () => {
    planEnvironment(run, place);
    return calls.at(-1)?.includes(' --fail-on-warn ');
  };
  const role = resource('aws_iam_role_policy', 'no-op');
  planned = [{ ...role, change: { ...role.change, after_unknown: { policy: false, tags: [{}] } } }];
  expect(judged()).toBe(true);
  planned = [...planned, { ...role, change: { ...role.change, after_unknown: { a: [{ policy: true }] } } }];
  expect(judged()).toBe(false);
});

test('what was reviewed is what is applied: the saved plan, and nothing is planned anew', () => {
  planEnvironment(run, place);
  calls = [];
  applyEnvironment(run, place);
  expect(calls.map(call => call.split(' ').slice(0, 2).join(' '))).toEqual([
    'tofu init',
    'tofu apply',
    'tofu output',
  ]);
  expect(applied()[0]?.endsWith(join(place.plans, 'plan.tfplan'))).toBe(true);
});

test.each([
  ['OpenTofu refuses to plan', 'tofu plan'],
  ['a rule refuses', 'conftest test'],
])('where %s there is nothing that could be applied', (_, what) => {
  planEnvironment(run, place);
  fails = what;
  expect(() => planEnvironment(run, place)).toThrow('ended with status 1');
  fails = '';
  expect(() => applyEnvironment(run, place)).toThrow('no reviewed plan');
  expect(applied()).toEqual([]);
});

test('an environment that would cost more than its budget is refused', () => {
  planned = [
    budget('10'),
    resource('aws_eks_cluster', 'create', { upgrade_policy: [{ support_type: 'STANDARD' }] }),
  ];
  expect(() => planEnvironment(run, place)).toThrow(/would cost \d+ dollars a month; its budget is 10/);
  expect(() => applyEnvironment(run, place)).toThrow('no reviewed plan');
});

test('a plan that was changed, is of another commit or for another environment, is not applied', () => {
  planEnvironment(run, place);
  expect(() => applyEnvironment(run, { ...place, commit: 'd'.repeat(40) })).toThrow('plan again');
  expect(() => applyEnvironment(run, { ...place, name: 'staging' })).toThrow('a plan for dev');
  writeFileSync(join(place.plans, 'plan.tfplan'), 'another');
  expect(() => applyEnvironment(run, place)).toThrow('not the plan that was reviewed');
  expect(applied()).toEqual([]);
});

test('without its variables nothing is planned', () => {
  rmSync(place.variables);
  expect(() => planEnvironment(run, place)).toThrow('docs/operate-aws.md');
  expect(calls).toEqual([]);
});

test('no provider is taken that nobody has committed', () => {
  planEnvironment(run, place);
  expect(calls[0]).toContain(' -lockfile=readonly ');
  rmSync(lockFile());
  calls = [];
  expect(() => planEnvironment(run, place)).toThrow('make infra-lock');
  expect(() => applyEnvironment(run, place)).toThrow('no reviewed plan');
  expect(calls).toEqual([]);
});

test('each cluster of an environment gets the values of its own region', () => {
  const deployment = (region: string, cluster: string) => ({
    region,
    cluster,
    registry: `111122223333.dkr.ecr.${region}.amazonaws.com/suffrage`,
    brokers: `b-1.${region}.amazonaws.com:9098`,
    partitions: 64,
    shards: 4,
    elections_key: 'arn:key',
    secrets_roles: { votes: 'arn:votes', registrar: 'arn:registrar' },
    cidr: '10.20.0.0/16',
    data_cidrs: ['10.20.0.0/22'],
    public_cidrs: ['10.20.16.0/22'],
    votes_databases: [{ endpoint: 'votes' }],
    registrar_database: { endpoint: 'registrar' },
  });
  const value = {
    'eu-west-1': deployment('eu-west-1', 'suffrage-production'),
    'eu-central-1': deployment('eu-central-1', 'suffrage-production-2'),
  };
  const files = valuesFiles(JSON.stringify({ deployments: { value } }));
  expect(files.map(({ path }) => path)).toEqual([
    'gitops/infrastructure/production.yaml',
    'gitops/infrastructure/production-2.yaml',
  ]);
  expect(files[1]?.text).toContain('brokers: b-1.eu-central-1.amazonaws.com:9098');
});
