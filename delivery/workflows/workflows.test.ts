import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { judgeMake, parseMake, readTargets, targetsOf } from '../make-targets.ts';
import { withoutMissingParts } from '../missing-parts.ts';
import { makeCommands, readWorkflows } from './read-workflows.ts';

const workflows = readWorkflows(join(repositoryDirectory, '.github/workflows'));
const jobs = workflows.flatMap(workflow =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ workflow, name, job })),
);
const jobOf = (file: string, name: string) => {
  const found = jobs.find(({ workflow, name: each }) => workflow.file === file && each === name)?.job;
  if (!found) throw new Error(`${file} has no job ${name}`);
  return found;
};

test('every make command is one that make would take', () => {
  const targets = readTargets();
  const commands = jobs.flatMap(({ job }) =>
    makeCommands(job).map(text => ({ text, environment: Object.keys(job.env) })),
  );
  expect(commands.length).toBeGreaterThan(15);
  for (const { text } of withoutMissingParts(commands)) {
    const command = parseMake(text);
    expect([text, command && judgeMake(command, targets)]).toEqual([text, []]);
  }
});

test('what a change must pass is what Jenkins asks of it too', () => {
  const jenkins = readFileSync(join(repositoryDirectory, 'Jenkinsfile'), 'utf8');
  const here = jobs.flatMap(({ workflow, job }) =>
    workflow.file === 'nightly.yaml'
      ? []
      : makeCommands(job).flatMap(command => parseMake(command)?.targets ?? []),
  );
  expect([...new Set(here)].filter(name => name !== 'setup').toSorted()).toEqual(
    targetsOf(jenkins.slice(jenkins.indexOf('stages {'))),
  );
});

test('every action is pinned by the digest of a commit, with its version beside it', () => {
  const used = workflows.flatMap(({ text }) => [...text.matchAll(/uses: (\S+)(.*)/g)]);
  const actions = used.filter(([, name]) => !name?.startsWith('./'));
  expect(actions.length).toBeGreaterThan(0);
  for (const [line] of actions) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('no workflow may do more than it needs', () => {
  for (const { file, permissions } of workflows)
    expect([file, permissions ?? 'everything']).toEqual([
      file,
      ['infrastructure.yaml', 'install.yaml', 'release.yaml'].includes(file) ? {} : { contents: 'read' },
    ]);
  for (const { workflow, name, job } of jobs) {
    const reachesAws =
      job.uses?.includes('install') || job.steps.some(({ uses }) => uses?.startsWith('aws-actions/'));
    const wanted = reachesAws ? { contents: 'read', 'id-token': 'write' } : { contents: 'read' };
    expect([workflow.file, name, job.permissions ?? workflow.permissions]).toEqual([
      workflow.file,
      name,
      wanted,
    ]);
  }
});

/** The environment that each role's trust names: those of OpenTofu, and those that docs/delivery.md says how to make. */
const trusted: Readonly<Record<string, string>> = {
  AWS_PUBLISH_ROLE: 'release',
  AWS_DEPLOY_ROLE: '${{ inputs.environment }}',
  AWS_PLAN_ROLE: '${{ inputs.environment }}-plan',
  AWS_APPLY_ROLE: '${{ inputs.environment }}',
};

/** What is wrong where a job takes on a role: AWS refuses a job whose environment is another than the trust names, or none. */
function judgeSignIn({ steps, environment }: (typeof jobs)[number]['job']): string[] {
  const signIns = steps.filter(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials@'));
  return signIns.flatMap(step => {
    const [, role = 'nothing'] = /^\$\{\{ vars\.(\w+) \}\}$/.exec(String(step.with['role-to-assume'])) ?? [];
    const wanted = trusted[role];
    if (wanted === undefined) return [`nobody trusts whoever takes on ${role}`];
    return environment === wanted
      ? []
      : [`${role} trusts ${wanted}, the job runs in ${environment ?? 'none'}`];
  });
}

test('every job that takes on a role of AWS runs in the environment that the role trusts', () => {
  const wrong = jobs.flatMap(({ workflow, name, job }) =>
    judgeSignIn(job).map(reason => `${workflow.file} ${name}: ${reason}`),
  );
  expect(wrong).toEqual([]);
  const roles = jobs.flatMap(({ job }) => job.steps.flatMap(one => one.with['role-to-assume'] ?? []));
  expect(roles).toHaveLength(Object.keys(trusted).length);
  const publish = jobOf('release.yaml', 'publish');
  expect(judgeSignIn({ ...publish, environment: undefined })).toEqual([
    'AWS_PUBLISH_ROLE trusts release, the job runs in none',
  ]);
});

test('the environments of the roles that OpenTofu makes are those of its trust', () => {
  const file = join(repositoryDirectory, 'infra/opentofu/modules/identity/delivery.tf');
  const trust = readFileSync(file, 'utf8');
  expect(/push-images += "(\w+)"/.exec(trust)?.[1]).toBe(trusted['AWS_PUBLISH_ROLE']);
  expect(trust).toMatch(/deploy += var\.delivery\.environment\n/);
  expect(trust).toContain(':sub" = "repo:${var.delivery.repository}:environment:${environment}"');
});

test('infrastructure is planned, approved and applied: by hand, from main, and what was planned', () => {
  const text = workflows.find(({ file }) => file === 'infrastructure.yaml')?.text;
  expect(text).toMatch(/^on:\n {2}workflow_dispatch:$/m);
  expect(jobOf('infrastructure.yaml', 'check')['if']).toBe("github.ref == 'refs/heads/main'");
  const plan = jobOf('infrastructure.yaml', 'plan');
  const apply = jobOf('infrastructure.yaml', 'apply');
  expect([plan.needs, apply.needs]).toEqual([['check'], ['plan']]);
  const handed = plan.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'))?.with;
  const taken = apply.steps.find(({ uses }) => uses?.startsWith('actions/download-artifact@'))?.with;
  expect(taken).toEqual({ name: handed?.['name'], path: handed?.['path'] });
  const ran = apply.steps.flatMap(({ run }) => run ?? []);
  expect(ran).toEqual(['make setup', 'make infra-apply']);
});

test('nothing runs changes of strangers with rights, and no key is stored', () => {
  for (const { file, text } of workflows) {
    expect([file, /pull_request_target|workflow_run|secrets\./.test(text)]).toEqual([file, false]);
    expect([file, (text.match(/persist-credentials: false/g) ?? []).length]).toEqual([
      file,
      (text.match(/uses: actions\/checkout/g) ?? []).length,
    ]);
  }
});

test('a release goes from one environment to the next, each installed in the same way', () => {
  expect(jobOf('release.yaml', 'publish').needs).toEqual(['verify']);
  expect(jobOf('release.yaml', 'dev').needs).toEqual(['publish']);
  expect(jobOf('release.yaml', 'staging').needs).toContain('dev');
  expect(jobOf('release.yaml', 'production').needs).toContain('staging');
  for (const name of ['dev', 'staging', 'production'])
    expect(jobOf('release.yaml', name)).toMatchObject({
      uses: './.github/workflows/install.yaml',
      with: { environment: name },
    });
});

test('an installation that fails or is stopped is taken back', () => {
  const { steps, environment } = jobOf('install.yaml', 'install');
  expect(environment).toBe('${{ inputs.environment }}');
  expect(steps.slice(-4).map(({ run }) => run)).toEqual([
    'make deploy',
    'make watch',
    'make audit-release',
    'make rollback',
  ]);
  expect(steps.at(-1)?.if).toBe('failure() || cancelled()');
});
