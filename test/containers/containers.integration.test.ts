import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { stringify } from 'yaml';
import { onOneNetwork, readCompose, ROOT } from './compose-file.ts';

jest.setTimeout(1_200_000);

/**
 * The whole of compose.yaml in containers, with images that were built on this machine: FULL=1, and an engine. The ports of
 * compose.yaml must be free in the engine's network.
 */
const SERVERS = ['kafka', 'postgres', 'redis', 'nginx'];
const project = `suffrage-test-${process.pid}`;
const reason = whyNot();
const inContainers = reason === undefined ? test : test.skip;
if (reason !== undefined) process.stderr.write(`The suite is not run in containers: ${reason}\n`);

function whyNot(): string | undefined {
  if (process.env.FULL !== '1') return 'it takes some minutes and an engine; FULL=1 asks for it';
  const needed = [
    ...['ingestion', 'processor', 'aggregator', 'registrar', 'web', 'tools'].map(
      name => `suffrage/${name}:local`,
    ),
    ...SERVERS.map(name => `suffrage-test/${name}:local`),
  ];
  try {
    execFileSync('docker-compose', ['version'], { stdio: 'ignore' });
    execFileSync('docker', ['image', 'inspect', ...needed], { stdio: 'ignore' });
    return undefined;
  } catch {
    return `no engine with docker-compose answers, or one of ${needed.join(', ')} is missing: make images, test/containers/make-servers.sh`;
  }
}

let scratch: string;

beforeAll(async () => {
  if (reason !== undefined) return;
  scratch = await mkdtemp(join(tmpdir(), 'suffrage-containers-'));
  const { services, ...rest } = readCompose('compose.yaml');
  const further = readCompose('docker-compose.test.yaml');
  const file = { ...rest, services: { ...services, ...further.services } };
  // docker-compose 1.29, which Debian has, reads YAML 1.1, where an unquoted `no` is false.
  const text = stringify(onOneNetwork(file), { version: '1.1' });
  await writeFile(join(scratch, 'compose.yaml'), text);
});

afterAll(async () => {
  if (reason !== undefined) return;
  await compose('down', '--volumes', '--timeout', '30');
  await rm(scratch, { recursive: true, force: true });
}, 300_000);

/** docker-compose on that file, with paths of the repository and the images of this machine. */
async function compose(...args: readonly string[]) {
  const images = Object.fromEntries(
    SERVERS.map(name => [`SUFFRAGE_${name.toUpperCase()}_IMAGE`, `suffrage-test/${name}:local`]),
  );
  const where = [
    '--project-name',
    project,
    '--project-directory',
    ROOT,
    '--file',
    join(scratch, 'compose.yaml'),
  ];
  const child = spawn('docker-compose', [...where, ...args], {
    // .env would send spans to containers that are left out here.
    env: { ...process.env, ...images, COMPOSE_PROFILES: '', OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', data => (output += String(data)));
  child.stderr.on('data', data => (output += String(data)));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, output };
}

const succeeded = (containing: string) => ({ status: 0, output: expect.stringContaining(containing) });

inContainers('the suite comes up, holds the Edinburgh election, and balances', async () => {
  expect(await compose('up', '-d')).toEqual(succeeded('nginx'));
  expect(await compose('run', '--rm', 'demo')).toEqual(succeeded('✓ the audit balances'));
  expect(await compose('run', '--rm', 'audit')).toEqual(succeeded('balances'));
});

inContainers('one entry point serves the page and the interfaces behind it', async () => {
  const script = `for (const path of ['/', '/api/registrar/v1/elections']) console.log(path, (await fetch('http://nginx:8000' + path)).status)`;
  const asked = await compose(
    'run',
    '--rm',
    '--entrypoint',
    'node',
    'audit',
    '--input-type=module',
    '-e',
    script,
  );
  expect(asked).toEqual(succeeded('/ 200\n/api/registrar/v1/elections 200'));
});

inContainers('a container of ours has no shell, is not root and can not write beside /tmp', async () => {
  const shell = await compose('run', '--rm', '--entrypoint', 'sh', 'audit', '-c', 'true');
  expect(shell.status).not.toBe(0);
  const script = `console.log(process.getuid()); try { fs.writeFileSync('/app/x', '') } catch (error) { console.log(error.code) }`;
  const asked = await compose('run', '--rm', '--entrypoint', 'node', 'audit', '-e', script);
  expect(asked).toEqual(succeeded('65532\nEROFS'));
});
