import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { judgeMake, parseMake, readTargets } from '../make-targets.ts';
import { withoutMissingParts } from '../missing-parts.ts';
import { type JenkinsEvent, runJenkinsfile, type Scenario } from './run-jenkinsfile.ts';

jest.setTimeout(150_000);

const file = join(repositoryDirectory, 'Jenkinsfile');
const good: Scenario = { file, branch: 'main', fail: [], approve: true };
const source = readFileSync(file, 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'suffrage-jenkins-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The Jenkinsfile with one mistake. */
function mistaken(name: string, from: string, to: string): Scenario {
  if (!source.includes(from)) throw new Error(`the Jenkinsfile has no ${from}`);
  writeFileSync(join(directory, name), source.replace(from, to));
  return { ...good, file: join(directory, name) };
}

const PLAN = 'make infra-plan ENVIRONMENT="$INFRASTRUCTURE"';
const APPLY = 'make infra-apply ENVIRONMENT="$INFRASTRUCTURE"';

const scenarios = {
  release: good,
  topic: { ...good, branch: 'topic' },
  refused: { ...good, approve: false },
  testFails: { ...good, fail: ['make test-unit'] },
  infrastructure: { ...good, infrastructure: 'production' },
  planRefused: { ...good, infrastructure: 'dev', fail: [PLAN] },
  planNotApproved: { ...good, infrastructure: 'dev', approve: false },
  infrastructureOfTopic: { ...good, infrastructure: 'dev', branch: 'topic' },
  noSuchEnvironment: { ...good, infrastructure: 'prod' },
  stagingBurns: { ...good, fail: ['make watch ENVIRONMENT=staging MINUTES=15'] },
  productionUnbalanced: { ...good, fail: ['make audit-release ENVIRONMENT=production'] },
  findings: { ...good, fail: ['make scan'] },
  misspelt: mistaken('misspelt', 'submitter ', 'submiter '),
  noAgent: mistaken('no-agent', "agent { label 'suffrage-deploy-dev' }", ''),
  noSteps: mistaken('no-steps', "steps { echo 'Approved.' }", ''),
  unclosed: mistaken('unclosed', '  stages {', '  stages '),
} as const;
type Name = keyof typeof scenarios;
let runs: Record<Name, JenkinsEvent[]>;

beforeAll(() => {
  const all = runJenkinsfile(Object.values(scenarios));
  runs = Object.fromEntries(
    Object.keys(scenarios).map((name, index) => [name, all[index] ?? []]),
  ) as typeof runs;
});

const commands = (name: Name) => runs[name].flatMap(one => (one.event === 'sh' ? [one.command] : []));
const result = (name: Name) => runs[name].flatMap(one => (one.event === 'end' ? [one.result] : []))[0];
const refusal = (name: Name) => runs[name].flatMap(one => (one.event === 'refused' ? [one.message] : []))[0];

test('each step of every stage is a make command that make would take', () => {
  const targets = readTargets();
  const all = [...new Set([...commands('release'), ...commands('infrastructure')])];
  for (const { text: command } of withoutMissingParts(all.map(text => ({ text })))) {
    const parsed = parseMake(command);
    expect([command, parsed && judgeMake(parsed, targets)]).toEqual([command, []]);
  }
});

test('a change on main goes to dev, staging and production, each watched and audited', () => {
  expect(result('release')).toBe('SUCCESS');
  const released = commands('release').filter(command => command.includes('ENVIRONMENT='));
  expect(released.map(command => command.replace(/ MINUTES=.*/, ''))).toEqual(
    ['dev', 'staging', 'production'].flatMap(name =>
      ['deploy', 'watch', 'audit-release'].map(target => `make ${target} ENVIRONMENT=${name}`),
    ),
  );
  expect(commands('release').filter(command => command.includes('rollback'))).toEqual([]);
});

test('what was published is what every environment gets', () => {
  const stashes = runs.release.flatMap(one =>
    one.event === 'stash' || one.event === 'unstash' ? [[one.event, one.stage]] : [],
  );
  expect(stashes).toEqual([
    ['stash', 'Publish'],
    ['unstash', 'Dev'],
    ['unstash', 'Staging'],
    ['unstash', 'Production'],
  ]);
});

test('a branch is verified and nothing more; nobody is asked', () => {
  expect(result('topic')).toBe('SUCCESS');
  expect(commands('topic')).toContain('make faults');
  expect(commands('topic').filter(command => /publish|deploy|ENVIRONMENT/.test(command))).toEqual([]);
  expect(runs.topic.filter(one => one.event === 'input')).toEqual([]);
});

test('production waits for a releaser, after staging; a no changes nothing and takes nothing back', () => {
  const asked = runs.release.findIndex(one => one.event === 'input');
  expect(runs.release.filter(one => one.event === 'input')).toHaveLength(1);
  const at = (command: string) =>
    runs.release.findIndex(one => one.event === 'sh' && one.command === command);
  expect(runs.release[asked]).toMatchObject({ submitter: 'suffrage-releasers' });
  expect(asked).toBeGreaterThan(at('make audit-release ENVIRONMENT=staging'));
  expect(asked).toBeLessThan(at('make deploy ENVIRONMENT=production'));
  expect(result('refused')).toBe('ABORTED');
  expect(commands('refused').filter(command => /production|rollback/.test(command))).toEqual([]);
});

test('a test that fails stops everything behind it', () => {
  expect(result('testFails')).toBe('FAILURE');
  expect(commands('testFails').at(-1)).toBe('make test-unit');
});

test('infrastructure is brought up only where somebody chose it: planned, approved, and the very plan applied; nothing is released', () => {
  const after = runs.infrastructure.slice(
    runs.infrastructure.findIndex(one => one.event === 'sh' && one.command === PLAN),
  );
  expect(after.flatMap(one => (one.event === 'stage' || one.event === 'agent' ? [] : [one.event]))).toEqual([
    'sh',
    'stash',
    'input',
    'unstash',
    'sh',
    'end',
  ]);
  expect(commands('infrastructure').slice(-2)).toEqual([PLAN, APPLY]);
  expect(after.find(one => one.event === 'input')).toMatchObject({ submitter: 'suffrage-operators' });
  const labels = runs.infrastructure.flatMap(one =>
    one.event === 'agent' && /(Plan|Apply) infrastructure/.test(one.where) ? [one.label] : [],
  );
  expect(labels).toEqual(['suffrage-infra-production', 'suffrage-infra-production']);
  expect(commands('release').filter(command => /infra-(plan|apply)/.test(command))).toEqual([]);
});

test('a plan that breaks a rule or its budget, or that nobody approves, is not applied', () => {
  expect([result('planRefused'), commands('planRefused').at(-1)]).toEqual(['FAILURE', PLAN]);
  expect(runs.planRefused.filter(one => one.event === 'input')).toEqual([]);
  expect([result('planNotApproved'), commands('planNotApproved').at(-1)]).toEqual(['ABORTED', PLAN]);
  expect(commands('infrastructureOfTopic').filter(command => /infra-(plan|apply)/.test(command))).toEqual([]);
  expect(refusal('noSuchEnvironment')).toBe('INFRASTRUCTURE cannot be prod');
});

test('an image with findings is installed nowhere', () => {
  expect(commands('findings').at(-1)).toBe('make scan');
});

test('a release that burns its budget, or whose audit does not balance, is taken back there and goes no further', () => {
  expect(commands('stagingBurns').at(-1)).toBe('make rollback ENVIRONMENT=staging');
  expect(commands('stagingBurns').filter(command => command.includes('production'))).toEqual([]);
  expect(commands('productionUnbalanced').at(-1)).toBe('make rollback ENVIRONMENT=production');
  expect([result('stagingBurns'), result('productionUnbalanced')]).toEqual(['FAILURE', 'FAILURE']);
});

test('a Jenkinsfile with a mistake is refused with the place', () => {
  expect(refusal('misspelt')).toBe('submiter is not allowed in input of Approve infrastructure');
  expect(refusal('noAgent')).toBe('unstash in Dev needs an agent');
  expect(refusal('noSteps')).toBe('stage Approve infrastructure needs either steps or stages');
  expect(refusal('unclosed')).toContain('Unexpected input');
});
