import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { parse } from 'yaml';
import { z } from 'zod';
import { auditRelease } from './audit-release.ts';
import { deploy, isStandby, rollback } from './deploy.ts';
import {
  contextOf,
  type EnvironmentName,
  environmentNames,
  type Installation,
  installationsOf,
} from './environments.ts';
import { infrastructureOf } from './infrastructure.ts';
import { prometheusAt } from './prometheus.ts';
import { servedFile, servedText } from './promote.ts';
import { publish } from './publish.ts';
import { loadRelease, saveRelease } from './release-file.ts';
import { runProgram } from './run-program.ts';
import { scan } from './scan.ts';
import { watch } from './watch.ts';

const usage = `Brings a release to where people vote. Each step is a make target; pipelines run them in this order.

  publish        pushes the images of make images to ECR, signs them, attests bill of materials and provenance;
                 writes out/release.json (docker, aws, cosign)
  scan           waits for ECR's scan of them; exit status 1 on critical or high findings (aws)
  deploy         installs out/release.json with helm in each region, on the values of gitops/infrastructure, and waits until
                 it is ready (helm)
  watch          asks Prometheus while the release serves; exit status 1 when it must be taken back
  audit-release  holds the environment's log against its databases, by a job in the cluster that serves (kubectl, helm)
  promote        writes out/release.json into gitops/environments/NAME.yaml, for Argo CD or Flux to install
  rollback       goes back to what served before out/release.json, if that is what serves (helm)

  --environment NAME   ${environmentNames.join(', ')} (all but publish and scan)
  --minutes N          how long to watch (default 15)
  --release FILE       default out/release.json

Environment: SUFFRAGE_REGISTRY, AWS_REGION, COSIGN_KEY (optional: without it cosign signs by the run's identity),
SUFFRAGE_BUILDER (address of the run), SUFFRAGE_IMAGE_TAG (of the local images; default: the commit),
SUFFRAGE_PROMETHEUS (address, for watch; that of a workspace of Amazon's is asked with signed requests, as is any other where
SUFFRAGE_PROMETHEUS_REGION says of which region). The context of a cluster is suffrage-NAME, of production's second
region suffrage-production-2; with AWS_REGION it is taken from EKS, in the region that its values name.
`;

const POLL_MILLIS = 15_000;
const BLIND_MILLIS = 60_000;
const AUDIT_DEADLINE_MILLIS = 3_600_000;
const SCAN_DEADLINE_MILLIS = 900_000;
const SCAN_PATIENCE_MILLIS = 120_000;

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
      return scanRelease(values.release);
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
    case undefined:
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

async function scanRelease(file: string): Promise<number> {
  const refused = await scan(runProgram, loadRelease(file), {
    region: needed('AWS_REGION'),
    pollMillis: POLL_MILLIS,
    deadlineMillis: SCAN_DEADLINE_MILLIS,
    patienceMillis: SCAN_PATIENCE_MILLIS,
    now: Date.now,
  });
  return report(refused);
}

async function watchRelease(minutes: number): Promise<number> {
  if (!(minutes > 0)) throw new Error('--minutes must be a number above 0');
  const reason = await watch({
    ask: prometheusAt(needed('SUFFRAGE_PROMETHEUS'), process.env.SUFFRAGE_PROMETHEUS_REGION || undefined),
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
async function useCluster(installation: Installation): Promise<void> {
  const context = contextOf(installation);
  if (process.env.AWS_REGION === undefined) return;
  await runProgram('aws', [
    'eks',
    'update-kubeconfig',
    '--region',
    infrastructureOf(installation).region ?? process.env.AWS_REGION,
    '--name',
    context,
    '--alias',
    context,
  ]);
}

async function deployRelease(file: string, environment: EnvironmentName): Promise<number> {
  const release = loadRelease(file);
  const places = installationsOf(environment);
  // All of them, before the first is touched.
  const infrastructure = new Map(places.map(one => [one.name, infrastructureOf(one)]));
  for (const installation of places) {
    const values = infrastructure.get(installation.name);
    if (!values) continue;
    await useCluster(installation);
    await deploy(runProgram, release, installation, values);
    process.stdout.write(`${installation.name} has commit ${release.commit}.\n`);
  }
  return 0;
}

function promoteRelease(file: string, environment: EnvironmentName): number {
  const release = loadRelease(file);
  for (const installation of installationsOf(environment)) {
    const written = servedFile(installation);
    const text = servedText(release, installation, infrastructureOf(installation), standbyOf(written));
    writeFileSync(written, text);
    process.stdout.write(`${written} is written; commit it, and what watches the repository installs it.\n`);
  }
  return 0;
}

const served = z.looseObject({ standby: z.boolean().optional() });
const standbyOf = (file: string) =>
  existsSync(file) ? served.parse(parse(readFileSync(file, 'utf8')) ?? {}).standby : undefined;

async function audit(file: string, environment: EnvironmentName): Promise<number> {
  const release = loadRelease(file);
  for (const installation of installationsOf(environment)) {
    await useCluster(installation);
    if (await isStandby(runProgram, installation)) {
      process.stdout.write(`${installation.name} stands by: it counts nothing that could be audited.\n`);
      continue;
    }
    await auditRelease(runProgram, release, installation, {
      pollMillis: POLL_MILLIS,
      deadlineMillis: AUDIT_DEADLINE_MILLIS,
      now: Date.now,
    });
  }
  return 0;
}

async function rollbackRelease(file: string, environment: EnvironmentName): Promise<number> {
  const release = loadRelease(file);
  // Who serves first.
  for (const installation of installationsOf(environment).toReversed()) {
    await useCluster(installation);
    const revision = await rollback(runProgram, release, installation);
    process.stdout.write(
      revision === undefined
        ? `${installation.name} does not serve this release: nothing to take back.\n`
        : `Revision ${revision} serves again in ${installation.name}.\n`,
    );
  }
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
