import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { images } from './environments.ts';
import { provenance } from './provenance.ts';
import type { ReleaseFile } from './release-file.ts';
import type { RunProgram } from './run-program.ts';

export type PublishOptions = {
  /** `123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
  readonly registry: string;
  readonly region: string;
  readonly commit: string;
  /** Of the local images. */
  readonly tag: string;
  /** For cosign, such as `awskms:///alias/suffrage-release`; without one it signs by the identity of the run (OIDC). */
  readonly key?: string;
  /** Who builds: the address of the pipeline's run. */
  readonly builder: string;
};

/**
 * Pushes every image, signs it, and attests its bill of materials and its provenance. When it resolves all of that is in the
 * registry; nothing is installed yet. Safe to repeat.
 */
export async function publish(run: RunProgram, options: PublishOptions): Promise<ReleaseFile> {
  const { registry, region, commit, tag } = options;
  const password = await run('aws', ['ecr', 'get-login-password', '--region', region]);
  await run('docker', ['login', '--username', 'AWS', '--password-stdin', registry], { input: password });
  const pushed: ReleaseFile['images'] = [];
  for (const name of images) {
    const repository = `${registry}/suffrage/${name}`;
    const remote = `${repository}:${commit}`;
    await run('docker', ['tag', `suffrage/${name}:${tag}`, remote]);
    await run('docker', ['push', '--quiet', remote]);
    const digest = await digestOf(run, repository, remote);
    await attest(run, `${repository}@${digest}`, name, options);
    pushed.push({ name, repository, digest });
  }
  return { commit, images: pushed };
}

/** The registry's digest, which the engine knows once it has pushed. */
async function digestOf(run: RunProgram, repository: string, remote: string): Promise<string> {
  const listed = await run('docker', ['inspect', '--format', '{{join .RepoDigests "\\n"}}', remote]);
  const found = listed.split('\n').find(line => line.startsWith(`${repository}@sha256:`));
  if (!found) throw new Error(`the registry gave no digest for ${remote}: push it again`);
  return found.slice(repository.length + 1).trim();
}

async function attest(
  run: RunProgram,
  image: string,
  name: string,
  { key, commit, builder }: PublishOptions,
): Promise<void> {
  const signer = key === undefined ? [] : ['--key', key];
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-attest-'));
  const predicate = (type: string, file: string) =>
    run('cosign', ['attest', '--yes', ...signer, '--type', type, '--predicate', file, image]);
  try {
    const origin = join(directory, 'provenance.json');
    writeFileSync(origin, JSON.stringify(provenance({ commit, builder, image: name })));
    await run('cosign', ['sign', '--yes', ...signer, image]);
    // What the bundler has put into the image, written beside it by make images.
    await predicate('cyclonedx', `out/images/${name}/sbom.cdx.json`);
    await predicate('slsaprovenance1', origin);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
