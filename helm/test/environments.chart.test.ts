import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { deploy } from '@suffrage/delivery/deploy';
import { images, type Installation, installations, valuesFile } from '@suffrage/delivery/environments';
import { servedText } from '@suffrage/delivery/promote';
import { valuesOf } from '@suffrage/infra/helm-values';
import { stringify } from 'yaml';
import { z } from 'zod';
import { kubeconform } from './kubeconform.ts';
import { component, podOf } from './manifest.ts';
import { HELM, readManifests, ROOT } from './render.ts';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'suffrage-environments-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** What OpenTofu would say of a region; make infra-check takes what it does say of its plans. */
const DEPLOYMENT = {
  region: 'eu-central-1',
  registry: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/suffrage',
  brokers: 'b-1.aws.test:9098,b-2.aws.test:9098,b-3.aws.test:9098',
  partitions: 256,
  shards: 4,
  elections_key: 'arn:aws:kms:eu-central-1:111122223333:alias/elections',
  secrets_roles: {
    votes: 'arn:aws:iam::111122223333:role/votes',
    registrar: 'arn:aws:iam::111122223333:role/registrar',
  },
  web_acl: 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/own/0',
  cidr: '10.20.0.0/16',
  data_cidrs: ['10.20.0.0/22'],
  public_cidrs: ['10.20.16.0/22'],
  votes_databases: [{ endpoint: 'votes.aws.test' }],
  registrar_database: { endpoint: 'registrar.aws.test' },
};
const RELEASE = {
  commit: 'c'.repeat(40),
  images: images.map(name => ({
    name,
    repository: `444455556666.dkr.ecr.eu-west-1.amazonaws.com/suffrage/${name}`,
    digest: `sha256:${'0'.repeat(64)}`,
  })),
};

const INFRASTRUCTURE = {
  file: written('infrastructure.yaml', stringify(valuesOf(DEPLOYMENT))),
  region: DEPLOYMENT.region,
  registry: DEPLOYMENT.registry,
};

function written(name: string, text: string): string {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
}

async function template(...options: readonly string[]): Promise<string> {
  const args = [
    'template',
    'suffrage',
    'helm/suffrage',
    '-n',
    'apps',
    '--kube-version',
    'v1.37.0',
    ...options,
  ];
  const { stdout } = await run(HELM, args, {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** What `make deploy` has helm install for the first time. */
async function deployed(installation: Installation): Promise<string> {
  let upgrade: readonly string[] = [];
  const noteUpgrade = async (_program: string, args: readonly string[]) => {
    if (args[0] === 'upgrade') upgrade = args;
    return args[0] === 'list' ? '[]' : 'v4.0.0';
  };
  await deploy(noteUpgrade, RELEASE, installation, INFRASTRUCTURE);
  return template(
    ...upgrade.flatMap((word, at) =>
      ['--values', '--set', '--set-string'].includes(word) ? [word, upgrade[at + 1] ?? ''] : [],
    ),
  );
}

/** What Argo CD and Flux install: the files of values that delivery/gitops holds them to. */
function followed(installation: Installation): Promise<string> {
  const standby = installation.environment === 'production' ? installation.isSecond : undefined;
  const served = written(
    `${installation.name}.yaml`,
    servedText(RELEASE, installation, INFRASTRUCTURE, standby),
  );
  const files = [valuesFile(installation.environment), INFRASTRUCTURE.file, served];
  return template(...files.flatMap(file => ['--values', file]));
}

const AUTHORITIES = '/etc/suffrage/authorities';
const SERVERS = ['KAFKA', 'DATABASE', 'REDIS'];
const stores = z.object({ provider: z.record(z.string(), z.looseObject({})) });
const toleration = z.looseObject({ key: z.string() });
const placed = z.looseObject({
  tolerations: z.array(toleration).default([]),
  nodeSelector: z.record(z.string(), z.string()).default({}),
});

test('the API of Kubernetes knows all that every environment gets', async () => {
  const texts = await Promise.all(installations.map(deployed));
  expect(await kubeconform(texts.join('\n---\n'))).toEqual({
    status: 0,
    output: expect.stringMatching(/Valid: [1-9]\d+, Invalid: 0, Errors: 0, Skipped: 0/),
  });
});

describe.each(installations.map(one => [one.name, one] as const))('%s on AWS', (_name, installation) => {
  const text = deployed(installation);
  const all = text.then(readManifests);

  test('is the same by make deploy as by Argo CD and Flux', async () => {
    expect(await followed(installation)).toBe(await text);
  });

  test('keeps to the policies', async () => {
    const file = written(`${installation.name}-rendered.yaml`, await text);
    const kind = installation.environment === 'dev' ? [] : ['--production'];
    await run(join(ROOT, 'policies/judge.sh'), [...kind, file]);
  });

  test('has its images from its own registry, by the digests of the release', async () => {
    const named = [...(await text).matchAll(/image: "?([^"\s]+\/suffrage\/\w+\S*?)"?$/gm)].map(
      ([, image]) => image,
    );
    expect(named.length).toBeGreaterThan(8);
    for (const image of named)
      expect(image).toMatch(new RegExp(`^${DEPLOYMENT.registry}/\\w+@${RELEASE.images[0]?.digest}$`));
  });

  test('has its secrets from AWS alone, in the roles and the region of its infrastructure', async () => {
    const found = (await all).filter(({ kind }) => kind === 'SecretStore');
    expect(found.map(({ spec }) => stores.parse(spec).provider)).toEqual(
      [DEPLOYMENT.secrets_roles.votes, DEPLOYMENT.secrets_roles.registrar].map(role => ({
        aws: { service: 'SecretsManager', region: DEPLOYMENT.region, role },
      })),
    );
  });

  test('believes the authorities of AWS, and names nothing that only a cluster of its own would have', async () => {
    const settings = [...(await text).matchAll(/SUFFRAGE_(\w+)_(CA|CERTIFICATE)_FILE: (.*)/g)];
    const servers = settings.filter(([, server]) => /KAFKA|DATABASE|REDIS/.test(server ?? ''));
    expect(new Set(servers.map(([, server]) => server))).toEqual(new Set(SERVERS));
    for (const [, server, what, path] of servers)
      expect([server, what, path?.slice(0, path.lastIndexOf('/'))]).toEqual([server, 'CA', AUTHORITIES]);
    const mounted = [...(await text).matchAll(/name: (\S+)\s+items: \[\{ key: "ca.crt", path: (?!ca)/g)];
    expect(new Set(mounted.map(([, secret]) => secret))).toEqual(new Set(['suffrage-aws-authorities']));
    expect(await text).not.toMatch(/\.infra\.svc|kubernetes\.io\/metadata\.name: infra|strimzi|cnpg|vault/);
  });

  test('puts what takes and counts votes and gives tokens on the nodes that are kept for it', async () => {
    for (const name of ['ingestion', 'processor', 'registrar']) {
      const pods = (await all).filter(one => component(one) === name).flatMap(one => podOf(one)?.spec ?? []);
      expect(pods.length).toBeGreaterThan(0);
      for (const pod of pods) {
        const { tolerations, nodeSelector } = placed.parse(pod);
        expect(tolerations.map(({ key }) => key)).toEqual(['suffrage.io/votes']);
        expect(nodeSelector).toEqual({ 'suffrage.io/pool': 'votes' });
      }
    }
  });
});
