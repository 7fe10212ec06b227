import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { environmentFile, environmentText } from './promote.ts';
import { auditRelease } from './audit-release.ts';
import { deploy, rollback } from './deploy.ts';
import { contextOf, type EnvironmentName, environmentNames } from './environments.ts';
import { publish } from './publish.ts';
import { loadRelease, saveRelease } from './release-file.ts';
import { runProgram } from './run-program.ts';
import { scan } from './scan.ts';
import { watch } from './watch.ts';

const usage = `Brings a release to where people vote. Each step is a make target; pipelines run them in this order.

  publish        pushes the images of make images to ECR, signs them, attests bill of materials and provenance;
                 writes out/release.json (docker, aws, cosign)
  scan           waits for ECR's scan of them; exit status 1 on critical or high findings (aws)
  deploy         installs out/release.json with helm and waits until it is ready (helm)
  watch          asks Prometheus while the release serves; exit status 1 when it must be taken back
  audit-release  holds the environment's log against its databases, by a job in the cluster (kubectl)
  promote        writes out/release.json into gitops/environments/NAME.yaml, for Argo CD or Flux to install
  rollback       goes back to what served before out/release.json, if that is what serves (helm)

  --environment NAME   ${environmentNames.join(', ')} (all but publish and scan)
  --minutes N          how long to watch (default 15)
  --release FILE       default out/release.json

Environment: SUFFRAGE_REGISTRY, AWS_REGION, COSIGN_KEY (optional: without it cosign signs by the run's identity),
SUFFRAGE_BUILDER (address of the run), SUFFRAGE_IMAGE_TAG (of the local images; default: the commit),
SUFFRAGE_PROMETHEUS (address, for watch). The context of a cluster is suffrage-NAME; with AWS_REGION it is taken from EKS.
`;

const POLL_MILLIS = 15_000;
const BLIND_MILLIS = 60_000;
const AUDIT_DEADLINE_MILLIS = 3_600_000;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      environment: { type: 'string' },
      minutes: { type: 'string', default: '15' },
      release: { type: 'string', default: join(repositoryDirectory, 'out/release.json') },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  process.chdir(repositoryDirectory);
  const [command] = positionals;
  switch (command) {
    case 'publish':
      return publishRelease(values.release);
    case 'scan':
      return report(await scan(runProgram, loadRelease(values.release), needed('AWS_REGION')));
    case 'deploy':
      return deployRelease(values.release, environmentNamed(values.environment));
    case 'watch':
      environmentNamed(values.environment);
      return watchRelease(Number(values.minutes));
    case 'audit-release':
      return audit(values.release, environmentNamed(values.environment));
    case 'promote':
      return promoteRelease(values.release, environmentNamed(values.environment));
    case 'rollback':
      return rollbackRelease(values.release, environmentNamed(values.environment));
    default:
      throw new Error(`there is no command ${command ?? '(none)'}: --help lists them`);
  }
}

async function publishRelease(file: string): Promise<number> {
  const commit = (await runProgram('git', ['rev-parse', 'HEAD'])).trim();
  const key = process.env.COSIGN_KEY;
  const published = await publish(runProgram, {
    registry: needed('SUFFRAGE_REGISTRY'),
    region: needed('AWS_REGION'),
    builder: needed('SUFFRAGE_BUILDER'),
    commit,
    tag: process.env.SUFFRAGE_IMAGE_TAG ?? commit,
    ...(key === undefined ? {} : { key }),
  });
  saveRelease(file, published);
  process.stdout.write(`${published.images.length} images published; ${file} names them.\n`);
  return 0;
}

async function watchRelease(minutes: number): Promise<number> {
  if (!(minutes > 0)) throw new Error('--minutes must be a number above 0');
  const reason = await watch({
    prometheus: needed('SUFFRAGE_PROMETHEUS'),
    watchMillis: minutes * 60_000,
    pollMillis: POLL_MILLIS,
    blindMillis: BLIND_MILLIS,
    now: Date.now,
    say: line => process.stdout.write(`${line}\n`),
  });
  process.stdout.write(reason ? `The release must be taken back: ${reason}.\n` : 'Nothing burnt.\n');
  return reason ? 1 : 0;
}

/** EKS clusters get their context from AWS; elsewhere it is there already. */
async function useCluster(environment: EnvironmentName): Promise<void> {
  const context = contextOf(environment);
  const region = process.env.AWS_REGION;
  if (region === undefined) return;
  await runProgram('aws', [
    'eks',
    'update-kubeconfig',
    '--region',
    region,
    '--name',
    context,
    '--alias',
    context,
  ]);
}

async function deployRelease(file: string, environment: EnvironmentName): Promise<number> {
  const release = loadRelease(file);
  await useCluster(environment);
  await deploy(runProgram, release, environment);
  process.stdout.write(`${environment} serves commit ${release.commit}.\n`);
  return 0;
}

function promoteRelease(file: string, environment: EnvironmentName): number {
  const written = environmentFile(environment);
  writeFileSync(written, environmentText(loadRelease(file), environment));
  process.stdout.write(`${written} is written; commit it, and what watches the repository installs it.\n`);
  return 0;
}

async function audit(file: string, environment: EnvironmentName): Promise<number> {
  const release = loadRelease(file);
  await useCluster(environment);
  await auditRelease(runProgram, release, environment, {
    pollMillis: POLL_MILLIS,
    deadlineMillis: AUDIT_DEADLINE_MILLIS,
    now: Date.now,
  });
  return 0;
}

async function rollbackRelease(file: string, environment: EnvironmentName): Promise<number> {
  const release = loadRelease(file);
  await useCluster(environment);
  const revision = await rollback(runProgram, release, environment);
  process.stdout.write(
    revision === undefined
      ? 'This release does not serve: nothing to take back.\n'
      : `Revision ${revision} serves again.\n`,
  );
  return 0;
}

function report(refused: readonly string[]): number {
  process.stdout.write(
    refused.length === 0
      ? 'No image has critical or high findings.\n'
      : `Findings that stop the release:\n${refused.map(line => `  ${line}\n`).join('')}`,
  );
  return refused.length === 0 ? 0 : 1;
}

function environmentNamed(name: string | undefined): EnvironmentName {
  const found = environmentNames.find(each => each === name);
  if (!found)
    throw new Error(`ENVIRONMENT must be one of ${environmentNames.join(', ')}, not ${name ?? 'nothing'}`);
  return found;
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set: --help says what it is`);
  return value;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});
