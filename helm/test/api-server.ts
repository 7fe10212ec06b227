import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '@suffrage/stack/ports';
import { startProcess } from '@suffrage/stack/process';
import { waitFor } from '@suffrage/stack/wait-for';
import { stringify } from 'yaml';
import { z } from 'zod';
import { HELM, ROOT } from './render.ts';

const run = promisify(execFile);
const PROGRAMS = join(ROOT, '.tools/bin');
const DEFINITIONS = join(import.meta.dirname, 'crds');
const MAX_BYTES = 64 * 1024 * 1024;

/** An API server with etcd behind it, and nothing else: what it admits is kept, but no pod ever runs. */
export type ApiServer = {
  /** @throws Error with what it printed when the program fails. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  readonly helm: (...args: readonly string[]) => Promise<string>;
  readonly stop: () => Promise<void>;
};

export async function startApiServer(): Promise<ApiServer> {
  const directory = await mkdtemp(join(tmpdir(), 'suffrage-api-server-'));
  const [clients, peers, port] = await freePorts(3);
  const token = randomBytes(24).toString('hex');
  const etcd = await start(directory, 'etcd', [
    `--data-dir=${join(directory, 'etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${clients}`,
    `--advertise-client-urls=http://127.0.0.1:${clients}`,
    `--listen-peer-urls=http://127.0.0.1:${peers}`,
  ]);
  const server = await start(directory, 'kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${clients}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${join(directory, 'certificates')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=RBAC',
    // There is no controller that makes them.
    '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none',
    ...(await credentials(directory, token)),
  ]);
  const kubeconfig = await describe(directory, `https://127.0.0.1:${port}`, token);
  const call = (program: string, args: readonly string[], input?: string) => {
    const environment = { ...process.env, KUBECONFIG: kubeconfig, HOME: directory };
    const running = run(program, args, { env: environment, maxBuffer: MAX_BYTES });
    running.child.stdin?.end(input);
    return running.then(({ stdout }) => stdout);
  };
  const kubectl: ApiServer['kubectl'] = (args, input) => call(join(PROGRAMS, 'kubectl'), args, input);
  await waitFor('the API server', () => kubectl(['get', '--raw', '/readyz']).catch(() => undefined), 120_000);
  await kubectl(['apply', '-f', '-'], await definitions());
  await kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
  return {
    kubectl,
    helm: (...args) => call(HELM, args),
    stop: async () => {
      for (const { pid } of [server, etcd]) process.kill(pid, 'SIGKILL');
      await rm(directory, { recursive: true, maxRetries: 5 });
    },
  };
}

function start(directory: string, program: string, args: readonly string[]) {
  const command = join(PROGRAMS, program);
  const logFile = join(directory, `${program}.log`);
  return startProcess({ command, args, environment: {}, directory, logFile }, 'owner');
}

async function credentials(directory: string, token: string): Promise<string[]> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const tokens = join(directory, 'tokens.csv');
  const key = join(directory, 'accounts.pub');
  const signingKey = join(directory, 'accounts.key');
  await writeFile(tokens, `${token},tester,tester,system:masters\n`, { mode: 0o600 });
  await writeFile(key, publicKey);
  await writeFile(signingKey, privateKey, { mode: 0o600 });
  return [
    `--token-auth-file=${tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${signingKey}`,
  ];
}

async function describe(directory: string, server: string, token: string): Promise<string> {
  const file = join(directory, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    // It signs its own certificate; nothing else on this machine knows the token.
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}

const schema = z.object({
  properties: z.object({
    apiVersion: z.object({ const: z.string() }),
    kind: z.object({ const: z.string() }),
  }),
});

/** The custom resources that the chart may use, without their schemas: those are kubeconform's business. */
async function definitions(): Promise<string> {
  const files = (await readdir(DEFINITIONS, { recursive: true })).filter(file => file.endsWith('.json'));
  const made = files.map(async file => {
    const { properties } = schema.parse(JSON.parse(await readFile(join(DEFINITIONS, file), 'utf8')));
    return stringify(definition(properties.apiVersion.const, properties.kind.const));
  });
  return (await Promise.all(made)).join('---\n');
}

function definition(apiVersion: string, kind: string): object {
  const [group, version] = apiVersion.split('/');
  const singular = kind.toLowerCase();
  const plural = singular.replace(/y$/, 'ie').concat('s');
  const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // Asked for where a group is Kubernetes' own.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: anything } }],
    },
  };
}
