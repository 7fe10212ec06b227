import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { auditRelease } from './audit-release.ts';
import { deploy, rollback } from './deploy.ts';
import {
  infrastructureFile,
  type Installation,
  installations,
  installationsOf,
  valuesFile,
} from './environments.ts';
import { infrastructureOf } from './infrastructure.ts';
import { servedText } from './promote.ts';
import { publish } from './publish.ts';
import type { ReleaseFile } from './release-file.ts';
import type { RunProgram } from './run-program.ts';
import { scan } from './scan.ts';

const commit = 'c'.repeat(40);
const digest = `sha256:${'d'.repeat(64)}`;
const file: ReleaseFile = { commit, images: [{ name: 'web', repository: 'registry/suffrage/web', digest }] };

const named = (name: string): Installation => {
  const found = installations.find(one => one.name === name);
  if (!found) throw new Error(`there is no installation ${name}`);
  return found;
};
const dev = named('dev');
const [second, first] = [named('production-2'), named('production')];

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

const quick = { region: 'eu-west-1', pollMillis: 1, deadlineMillis: 60, patienceMillis: 20, now: Date.now };
/** A registry that gives these answers one after another, the last for ever. */
function registry(...answers: (object | string)[]): RunProgram {
  let asked = -1;
  return (_program, args) => {
    if (args.includes('wait')) throw new Error('aws ecr wait knows no scan that goes on');
    asked += 1;
    const said = answers[Math.min(asked, answers.length - 1)];
    return typeof said === 'string' ? Promise.reject(new Error(said)) : Promise.resolve(JSON.stringify(said));
  };
}
const scanned = (status: string, counts?: object, more: object = {}) => ({
  imageScanStatus: { status, description: '' },
  imageScanFindings: { ...(counts ? { findingSeverityCounts: counts } : {}), ...more },
});
const ENDED_AT = { imageScanCompletedAt: '2026-11-22T06:00:00Z' };

test('critical and high findings stop a release, lesser ones do not', async () => {
  const found = (counts: object) => registry(scanned('COMPLETE', counts, ENDED_AT));
  expect(await scan(found({ CRITICAL: 1, HIGH: 2, LOW: 9 }), file, quick)).toEqual([
    'web: 1 CRITICAL, 2 HIGH',
  ]);
  expect(await scan(found({ MEDIUM: 3 }), file, quick)).toEqual([]);
});

test('a scan that goes on for ever counts once it has looked', async () => {
  const run = registry(
    'ScanNotFoundException',
    scanned('PENDING'),
    scanned('ACTIVE'),
    scanned('ACTIVE', { HIGH: 1 }),
  );
  expect(await scan(run, file, quick)).toEqual(['web: 1 HIGH']);
});

test('a scan that ended without a word is asked again, and believed after a while', async () => {
  expect(await scan(registry(scanned('COMPLETE'), scanned('COMPLETE', { HIGH: 1 })), file, quick)).toEqual([
    'web: 1 HIGH',
  ]);
  expect(await scan(registry(scanned('ACTIVE')), file, quick)).toEqual([]);
});

test('an image that nobody has looked at is not released', async () => {
  await expect(scan(registry(scanned('IN_PROGRESS')), file, quick)).rejects.toThrow('has not ended in time');
  await expect(scan(registry(scanned('UNSUPPORTED_IMAGE')), file, quick)).rejects.toThrow('was not scanned');
  await expect(scan(registry('AccessDeniedException'), file, quick)).rejects.toThrow('AccessDenied');
});

const values = { file: 'gitops/infrastructure/NAME.yaml', region: 'eu-west-1', registry: undefined };
const withCopy = { ...values, registry: 'copy/suffrage' };
/** A helm that has installed the suite with these values; undefined: nothing yet. */
const helm = (installed: object | null | undefined, version = 'v4.3.1') =>
  recorded(command => {
    if (command.startsWith('helm version')) return version;
    if (command.startsWith('helm list')) return installed === undefined ? '[]' : '[{"name":"suffrage"}]';
    return command.startsWith('helm get values') ? JSON.stringify(installed) : '';
  });
const upgrade = (calls: readonly string[]) => calls.find(call => call.startsWith('helm upgrade')) ?? '';

test('an environment gets its own values in its own cluster, those of its infrastructure behind, and images by digest', async () => {
  for (const [version, option] of [
    ['v3.20.1', '--atomic'],
    ['v4.3.1', '--rollback-on-failure'],
  ] as const) {
    const { run, calls } = helm(null, version);
    await deploy(run, file, named('staging'), values);
    expect(upgrade(calls)).toContain('--kube-context suffrage-staging');
    expect(upgrade(calls)).toContain(
      '--values helm/suffrage/values-staging.yaml --values gitops/infrastructure/NAME.yaml',
    );
    expect(upgrade(calls)).toContain(`--set-string image.digests.web=${digest}`);
    expect(upgrade(calls)).toContain('--set-string image.registry=registry/suffrage ');
    expect(upgrade(calls).endsWith(option)).toBe(true);
  }
});

test('an environment that has a copy of the registry installs from there', async () => {
  const { run, calls } = helm(null);
  await deploy(run, file, named('staging'), withCopy);
  expect(upgrade(calls)).not.toContain('image.registry');
  expect(servedText(file, dev, withCopy, undefined)).not.toContain('registry:');
});

test('production goes to both regions: first to the one that stands by', async () => {
  expect(installationsOf('production')).toEqual([second, first]);
  const { run, calls } = helm(undefined);
  await deploy(run, file, second, values);
  expect(upgrade(calls)).toContain('--kube-context suffrage-production-2');
  expect(upgrade(calls)).toContain('--values helm/suffrage/values-production.yaml');
  expect(upgrade(calls)).toContain('--set standby=true');
});

test.each([
  ['a region that a failover has fenced stays fenced', first, { standby: true }, 'standby=true'],
  ['a region that has taken over goes on', second, { standby: false }, 'standby=false'],
  ['a first installation of the first region serves', first, undefined, 'standby=false'],
])('%s', async (_, installation, installed, expected) => {
  const { run, calls } = helm(installed);
  await deploy(run, file, installation, values);
  expect(upgrade(calls)).toContain(`--set ${expected}`);
});

test('an upgrade that would bring an example’s names is refused, with what to do', () => {
  const here = process.cwd();
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-release-'));
  process.chdir(directory);
  try {
    expect(() => infrastructureOf(first)).toThrow(
      'production.yaml is not there: make infra-values ENVIRONMENT=production',
    );
    mkdirSync(dirname(infrastructureFile(first)), { recursive: true });
    const written = (text: string) => {
      writeFileSync(infrastructureFile(first), text);
      return () => infrastructureOf(first);
    };
    mkdirSync(dirname(valuesFile('production')), { recursive: true });
    writeFileSync(
      valuesFile('production'),
      'registrar: { issuerName: votes.example.org, replicas: 3 }\nkafka: { brokers: "b-1.example.org:9098" }\n',
    );
    expect(written('# nothing yet\n')).toThrow('names no brokers');
    expect(written('kafka: { brokers: "b-1.suffrage.example.com:9098" }')).toThrow(
      'registrar.issuerName names votes.example.org, kafka.brokers names b-1.suffrage.example.com:9098: an example',
    );
    const good = 'aws: { region: eu-west-1 }\nkafka: { brokers: "b-1.amazonaws.com:9098" }\n';
    expect(written(good)).toThrow('registrar.issuerName names votes.example.org: an example');
    const whole = `${good}registrar: { issuerName: votes.gov.uk }\nimage: { registry: copy/suffrage }\n`;
    expect(written(whole)()).toEqual({
      file: infrastructureFile(first),
      region: 'eu-west-1',
      registry: 'copy/suffrage',
    });
  } finally {
    process.chdir(here);
    rmSync(directory, { recursive: true, force: true });
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
  expect(await rollback(run, file, dev)).toBe(3);
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
  expect(await rollback(run, file, dev)).toBeUndefined();
  expect(calls).toHaveLength(1);
});

test('a first installation has nothing to go back to', async () => {
  const { run } = recorded(() => history([1, 'deployed', `commit ${commit}`]));
  await expect(rollback(run, file, dev)).rejects.toThrow('no earlier revision');
});

test('an audit with a finding, or without an end, fails the release', async () => {
  const job = (status: object) => recorded(() => JSON.stringify({ status }));
  const options = { pollMillis: 1, deadlineMillis: 50, now: Date.now };
  await expect(auditRelease(job({ failed: 1 }).run, file, dev, options)).rejects.toThrow('does not balance');
  await expect(auditRelease(job({}).run, file, dev, options)).rejects.toThrow('did not end in time');
  const { run, calls } = job({ succeeded: 1 });
  await auditRelease(run, file, dev, options);
  expect(calls[0]).toContain('--context suffrage-dev --namespace apps create job audit-cccccccccccc-');
});

test('what a repository of an environment is given names the images by digest, and keeps who stands by', () => {
  expect(servedText(file, dev, values, undefined)).toContain(
    `\nimage:\n  registry: registry/suffrage\n  digests:\n    web: ${digest}\n`,
  );
  expect(servedText(file, second, withCopy, true)).toContain(
    `\nstandby: true\nimage:\n  digests:\n    web: ${digest}\n`,
  );
});
