import { expect, test } from '@jest/globals';
import { auditRelease } from './audit-release.ts';
import { deploy, rollback } from './deploy.ts';
import { environmentText } from './promote.ts';
import { publish } from './publish.ts';
import type { ReleaseFile } from './release-file.ts';
import type { RunProgram } from './run-program.ts';
import { scan } from './scan.ts';

const commit = 'c'.repeat(40);
const digest = `sha256:${'d'.repeat(64)}`;
const file: ReleaseFile = { commit, images: [{ name: 'web', repository: 'registry/suffrage/web', digest }] };

/** Programs that answer as asked and keep what they were called with. */
function recorded(answer: (command: string) => string): { run: RunProgram; calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    run: (program, args) => {
      calls.push([program, ...args].join(' '));
      return Promise.resolve(answer(calls.at(-1) ?? ''));
    },
  };
}

const history = (...entries: [number, string, string][]) =>
  JSON.stringify(entries.map(([revision, status, description]) => ({ revision, status, description })));

test('images are signed and attested by the digest that the registry has given', async () => {
  const { run, calls } = recorded(command => {
    const image = /^docker inspect .* (\S+):/.exec(command)?.[1];
    return image ? `elsewhere@${digest}\n${image}@${digest}\n` : '';
  });
  const options = {
    registry: 'r.example',
    region: 'eu-west-1',
    commit,
    tag: 'local',
    builder: 'https://run',
  };
  const published = await publish(run, options);
  expect(published.images.map(({ name }) => name)).toEqual([
    'ingestion',
    'processor',
    'aggregator',
    'registrar',
    'web',
    'tools',
  ]);
  const signed = calls.filter(call => call.startsWith('cosign'));
  expect(signed).toHaveLength(18);
  expect(signed.every(call => call.endsWith(`@${digest}`))).toBe(true);
  expect(signed.filter(call => call.includes('--type cyclonedx'))).toHaveLength(6);
  expect(signed.filter(call => call.includes('--type slsaprovenance1'))).toHaveLength(6);
  expect(signed.some(call => call.includes('--key'))).toBe(false);
});

test('a registry that gives no digest stops the release', async () => {
  const { run } = recorded(() => '');
  const options = {
    registry: 'r.example',
    region: 'eu-west-1',
    commit,
    tag: 'local',
    builder: 'https://run',
  };
  await expect(publish(run, options)).rejects.toThrow('gave no digest');
});

test('critical and high findings stop a release, lesser ones do not', async () => {
  const found = (counts: object) =>
    recorded(() => JSON.stringify({ imageScanFindings: { findingSeverityCounts: counts } })).run;
  expect(await scan(found({ CRITICAL: 1, HIGH: 2, LOW: 9 }), file, 'eu-west-1')).toEqual([
    'web: 1 CRITICAL, 2 HIGH',
  ]);
  expect(await scan(found({ MEDIUM: 3 }), file, 'eu-west-1')).toEqual([]);
});

test('an environment gets its own values in its own cluster, and images by digest', async () => {
  for (const [version, option] of [
    ['v3.20.1', '--atomic'],
    ['v4.3.1', '--rollback-on-failure'],
  ] as const) {
    const { run, calls } = recorded(() => version);
    await deploy(run, file, 'staging');
    expect(calls[1]).toContain('--kube-context suffrage-staging');
    expect(calls[1]).toContain('--values helm/suffrage/values-staging.yaml');
    expect(calls[1]).toContain(`--set-string image.digests.web=${digest}`);
    expect(calls[1]?.endsWith(option)).toBe(true);
  }
});

test('taking back goes to what served before', async () => {
  const entries = history(
    [1, 'superseded', 'commit a'],
    [2, 'failed', 'commit b'],
    [3, 'superseded', 'commit e'],
    [4, 'deployed', `commit ${commit}`],
  );
  const { run, calls } = recorded(() => entries);
  expect(await rollback(run, file, 'dev')).toBe(3);
  expect(calls[1]).toMatch(/^helm rollback suffrage 3 --kube-context suffrage-dev/);
});

test('what does not serve is not taken back', async () => {
  const { run, calls } = recorded(() =>
    history(
      [1, 'superseded', 'commit a'],
      [2, 'failed', `commit ${commit}`],
      [3, 'deployed', 'Rollback to 1'],
    ),
  );
  expect(await rollback(run, file, 'dev')).toBeUndefined();
  expect(calls).toHaveLength(1);
});

test('a first installation has nothing to go back to', async () => {
  const { run } = recorded(() => history([1, 'deployed', `commit ${commit}`]));
  await expect(rollback(run, file, 'dev')).rejects.toThrow('no earlier revision');
});

test('an audit with a finding, or without an end, fails the release', async () => {
  const job = (status: object) => recorded(() => JSON.stringify({ status }));
  const options = { pollMillis: 1, deadlineMillis: 50, now: Date.now };
  await expect(auditRelease(job({ failed: 1 }).run, file, 'dev', options)).rejects.toThrow(
    'does not balance',
  );
  await expect(auditRelease(job({}).run, file, 'dev', options)).rejects.toThrow('did not end in time');
  const { run, calls } = job({ succeeded: 1 });
  await auditRelease(run, file, 'dev', options);
  expect(calls[0]).toContain('--context suffrage-dev --namespace apps create job audit-cccccccccccc-');
});

test('what a repository of an environment is given names the images by digest', () => {
  expect(environmentText(file, 'dev')).toContain(
    `image:\n  registry: registry/suffrage\n  digests:\n    web: ${digest}\n`,
  );
});
