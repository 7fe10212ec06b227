import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, expect, jest, test } from '@jest/globals';
import { type ProgramDoubles, startProgramDoubles } from '@suffrage/test/program-doubles';

jest.setTimeout(60_000);

const MAIN = join(import.meta.dirname, 'main.ts');
const FIRST = 'arn:aws:rds:eu-west-1:111122223333:cluster:suffrage-production-registrar-main';
const SECOND = 'arn:aws:rds:eu-central-1:111122223333:cluster:suffrage-production-2-registrar-main';
const REPLICATOR = 'arn:aws:kafka:eu-central-1:111122223333:replicator/suffrage-production/1';
const OUTPUTS = {
  failover: {
    value: {
      regions: { first: 'eu-west-1', second: 'eu-central-1' },
      clusters: { first: 'suffrage-production', second: 'suffrage-production-2' },
      kafka: { first: 'suffrage-production', second: 'suffrage-production-2' },
      global_registrar: 'suffrage-production-registrar-main',
      registrar_arns: { first: FIRST, second: SECOND },
      endpoint_groups: { 'eu-west-1': 'group-one', 'eu-central-1': 'group-two' },
      replicator: 'suffrage-production',
    },
  },
};

/** The two regions as the programs show them. */
const sound = () => ({
  unreachable: '',
  standby: { 'suffrage-production': false, 'suffrage-production-2': true } as Record<string, boolean>,
  /** Clusters that Flux follows git in, and what of it is suspended there. */
  flux: [] as readonly string[],
  suspended: [] as string[],
  pods: 'pod/suffrage-ingestion-1',
  latency: '350',
  lags: ['None', '17', '0'],
  behind: ['4', '0'],
  replicator: REPLICATOR,
  writer: FIRST,
  job: '',
  balances: true,
  dials: { 'group-one': '100.0', 'group-two': '0.0' } as Record<string, string>,
  counted: 900,
});
type Regions = ReturnType<typeof sound>;

function answer(regions: Regions, call: readonly string[]): string {
  const after = (option: string) => call[call.indexOf(option) + 1] ?? '';
  const line = call.join(' ');
  const cluster = call.includes('--context') ? after('--context') : after('--kube-context');
  if (cluster !== '' && cluster === regions.unreachable) throw new Error('no route to host');
  if (line.includes('readyz')) return 'ok';
  if (line.includes('raw=/apis'))
    return JSON.stringify({
      groups: regions.flux.includes(cluster) ? [{ name: 'helm.toolkit.fluxcd.io' }] : [],
    });
  const [, action, name] = /(get|patch) \w+\.\w+\.toolkit\.fluxcd\.io (\S+)/.exec(line) ?? [];
  if (action === 'patch') regions.suspended.push(`${cluster}/${name}`);
  if (action === 'get') return `${name}/${regions.suspended.includes(`${cluster}/${name}`) ? 'true' : ''}`;
  if (line.includes('get pods')) return regions.standby[cluster] ? '' : regions.pods;
  if (line.startsWith('helm get')) return JSON.stringify({ standby: regions.standby[cluster] });
  if (line.startsWith('helm upgrade')) regions.standby[cluster] = line.includes('standby=true');
  if (line.includes('get job')) return regions.job;
  if (line.includes('create job')) regions.job = regions.balances ? '1/' : '/1';
  if (line.includes('SumOffsetLag')) return regions.lags.shift() ?? '0';
  if (line.includes('MessageLag')) return regions.behind.shift() ?? '0';
  if (line.includes('get-metric-statistics')) return regions.latency;
  if (line.includes('list-replicators')) return regions.replicator;
  if (line.includes('delete-replicator')) regions.replicator = '';
  if (line.includes('describe-global-clusters')) return regions.writer;
  if (/(failover|switchover)-global-cluster/.test(line))
    regions.writer = after('--target-db-cluster-identifier');
  if (line.includes('describe-endpoint-group')) return regions.dials[after('--endpoint-group-arn')] ?? '';
  if (line.includes('update-endpoint-group'))
    regions.dials[after('--endpoint-group-arn')] = `${after('--traffic-dial-percentage')}.0`;
  if (line.startsWith('curl')) return JSON.stringify({ counted: regions.counted });
  return '';
}

let doubles: ProgramDoubles;
const directory = mkdtempSync(join(tmpdir(), 'suffrage-failover-'));
const outputs = join(directory, 'outputs.json');
writeFileSync(outputs, JSON.stringify(OUTPUTS));
afterEach(() => doubles.close());
afterAll(() => rmSync(directory, { recursive: true }));

/** Runs the program once. `replies` are typed one by one, as it asks, then the terminal is gone. */
async function failover(regions: Regions, options: readonly string[], replies?: readonly string[]) {
  doubles = await startProgramDoubles(['aws', 'helm', 'kubectl', 'curl'], call => answer(regions, call));
  const words = ['--outputs', outputs, '--from', 'eu-west-1', '--to', 'eu-central-1', '--poll', '0.01'];
  const child = spawn(process.execPath, [MAIN, ...words, ...(replies ? [] : ['--yes']), ...options], {
    env: { ...process.env, PATH: doubles.path },
  });
  const left = [...(replies ?? [])];
  child.stdout.on('data', (chunk: Buffer) => {
    if (!chunk.includes('(y/N)')) return;
    const reply = left.shift();
    if (reply === undefined) child.stdin.end();
    else child.stdin.write(`${reply}\n`);
  });
  const [said, complaint, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise(resolve => child.once('close', resolve)),
  ]);
  return { said, complaint, status, changes: doubles.calls.flatMap(changeOf) };
}

const CHANGES =
  /kubectl.* patch |helm upgrade|create job|delete-replicator|global-cluster --|update-endpoint-group/;

/** What a call changes, in a few words; nothing for a look. */
function changeOf(call: readonly string[]): string[] {
  const line = call.join(' ');
  if (!CHANGES.test(line) || line.includes('describe')) return [];
  const shown = [
    /patch \w+/,
    /standby=\w+/,
    /create job/,
    /delete-replicator/,
    /\w+-global-cluster(?= )/,
    /--allow-data-loss/,
    /group-\w+$|group-\w+(?= --traffic)/,
    /(?<=percentage )\d+/,
    /suffrage-production(-2)?(?= --namespace)/,
  ];
  return [shown.flatMap(one => one.exec(line)?.[0] ?? []).join(' ')];
}

const AFTER_FENCE = [
  'delete-replicator',
  'failover-global-cluster --allow-data-loss',
  'standby=false suffrage-production-2',
  'create job suffrage-production-2',
  'group-two 100',
];

test('a lost region is fenced by the accelerator, and nobody is sent to the other before its audit balances', async () => {
  const regions = { ...sound(), unreachable: 'suffrage-production', latency: 'None' };
  const { status, changes, said } = await failover(regions, []);
  expect({ status, changes }).toEqual({ status: 0, changes: ['group-one 0', ...AFTER_FENCE] });
  expect(said).toContain('eu-west-1 is not fenced: run this again once its cluster answers.');
});

test('once the lost region answers again the same command fences it, and changes nothing else', async () => {
  const regions = {
    ...sound(),
    standby: { 'suffrage-production': false, 'suffrage-production-2': false },
    replicator: '',
    writer: SECOND,
    lags: ['0'],
    dials: { 'group-one': '0.0', 'group-two': '100.0' },
  };
  const { status, changes } = await failover(regions, []);
  expect({ status, changes }).toEqual({
    status: 0,
    changes: ['standby=true suffrage-production', 'create job suffrage-production-2'],
  });
});

test('a planned change waits for the last message, switches over and allows no loss', async () => {
  const regions = sound();
  const published = [
    '--results',
    'https://results.example.org',
    '--election',
    'council',
    '--published',
    '900',
  ];
  const { status, changes, said } = await failover(regions, ['--planned', ...published]);
  expect({ status, changes }).toEqual({
    status: 0,
    changes: [
      'standby=true suffrage-production',
      'delete-replicator',
      'switchover-global-cluster',
      ...AFTER_FENCE.slice(2),
      'group-one 0',
    ],
  });
  expect(regions.behind).toEqual([]);
  expect(said).toContain('no pod in eu-west-1 takes, issues or counts');
});

test('a planned change with a copy that is behind, or of a region that does not answer, is not begun', async () => {
  const late = await failover({ ...sound(), latency: '61000' }, ['--planned']);
  expect(late).toMatchObject({ status: 1, changes: [] });
  expect(late.complaint).toContain('A planned change waits until both regions are sound.');
  doubles.close();
  const unreachable = await failover({ ...sound(), unreachable: 'suffrage-production' }, ['--planned']);
  expect(unreachable).toMatchObject({ status: 1, changes: [] });
  expect(unreachable.complaint).toContain('aws eks update-kubeconfig --region eu-west-1');
});

test('an audit that does not balance leaves the dials where they are', async () => {
  const regions = { ...sound(), balances: false };
  const { status, complaint, changes } = await failover(regions, []);
  expect(status).toBe(1);
  expect(complaint).toContain('the audit does not balance, and no voter has been sent to eu-central-1');
  expect(changes.at(-1)).toBe('create job suffrage-production-2');
  expect(regions.dials).toEqual({ 'group-one': '100.0', 'group-two': '0.0' });
});

test('an operator who says no stops it there, and the same command goes on from there', async () => {
  const regions = { ...sound(), unreachable: 'suffrage-production' };
  const stopped = await failover(regions, [], ['y', 'yes', 'n']);
  expect(stopped).toMatchObject({ status: 1, changes: ['group-one 0', 'delete-replicator'] });
  expect(stopped.said).toContain('Stopped before "registrar": nothing of it was done.');
  doubles.close();
  const goneOn = await failover(regions, []);
  expect(goneOn).toMatchObject({ status: 0, changes: AFTER_FENCE.slice(1) });
});

test('an operator who has gone away has not agreed', async () => {
  const regions = { ...sound(), unreachable: 'suffrage-production' };
  expect(await failover(regions, [], ['y'])).toMatchObject({ status: 1, changes: ['group-one 0'] });
});

test('where clusters follow git Flux is suspended before anything is fenced, and git is named in the end', async () => {
  const both = ['suffrage-production', 'suffrage-production-2'];
  const suspends = (cluster: string) =>
    ['kustomizations', 'helmreleases'].map(kind => `patch ${kind} ${cluster}`);
  const regions = { ...sound(), flux: both };
  const { status, changes, said } = await failover(regions, []);
  expect({ status, changes: changes.slice(0, 5) }).toEqual({
    status: 0,
    changes: [...both.flatMap(suspends), 'standby=true suffrage-production'],
  });
  expect(doubles.calls.find(call => call.includes('patch'))?.join(' ')).toContain(
    'patch kustomizations.kustomize.toolkit.fluxcd.io suffrage-apps --namespace flux-system --type=merge --patch={"spec":{"suspend":true}}',
  );
  expect(said).toContain(
    'commit "standby: true" to gitops/environments/production.yaml and "standby: false" to gitops/environments/production-2.yaml',
  );
  doubles.close();
  // What is suspended stays so; a cluster that does not answer can't be asked.
  const again = await failover({ ...sound(), suspended: regions.suspended, flux: both }, []);
  expect(again.changes[0]).toBe('standby=true suffrage-production');
  doubles.close();
  const lost = await failover({ ...sound(), unreachable: 'suffrage-production', flux: both }, []);
  expect(lost.changes.slice(0, 3)).toEqual([...suspends('suffrage-production-2'), 'group-one 0']);
});

test('a dry run changes nothing and prints what it would do', async () => {
  const { status, changes, said } = await failover(sound(), ['--dry-run']);
  expect({ status, changes }).toEqual({ status: 0, changes: [] });
  expect(said).toContain('would run aws rds failover-global-cluster --region eu-central-1');
  expect(said).toContain('would run helm upgrade suffrage helm/suffrage --reuse-values --set standby=false');
  // As a shell takes it.
  expect(said).toContain("--query 'sort_by(Datapoints, &Timestamp)[-1].Maximum'");
});

test('a return asks first whether the region was begun anew', async () => {
  const { status, changes, said } = await failover(sound(), ['--return'], ['n']);
  expect({ status, changes }).toEqual({ status: 1, changes: [] });
  expect(said).toContain('Are all elections sealed and archived');
});
