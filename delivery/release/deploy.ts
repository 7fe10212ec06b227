import { z } from 'zod';
import { contextOf, type EnvironmentName, release, valuesFile } from './environments.ts';
import type { ReleaseFile } from './release-file.ts';
import type { RunProgram } from './run-program.ts';

const WAIT = '20m';
const place = (environment: EnvironmentName) => [
  '--kube-context',
  contextOf(environment),
  '--namespace',
  release.namespace,
];

/**
 * Installs the images of a release by digest. When it resolves every pod of it is ready; when it throws, helm has gone back to
 * what was there before.
 */
export async function deploy(
  run: RunProgram,
  file: ReleaseFile,
  environment: EnvironmentName,
): Promise<void> {
  await run('helm', [
    'upgrade',
    '--install',
    release.name,
    release.chart,
    ...place(environment),
    '--values',
    valuesFile(environment),
    '--set-string',
    `image.registry=${registryOf(file)}`,
    ...file.images.flatMap(({ name, digest }) => ['--set-string', `image.digests.${name}=${digest}`]),
    '--description',
    description(file.commit),
    '--wait',
    '--timeout',
    WAIT,
    (await helmMajor(run)) >= 4 ? '--rollback-on-failure' : '--atomic',
  ]);
}

/** All images are beside each other: `<registry>/suffrage/<name>`. */
export function registryOf({ images }: ReleaseFile): string {
  const repository = images[0]?.repository ?? '';
  return repository.slice(0, repository.lastIndexOf('/'));
}

/** Helm 4 has renamed the option. */
async function helmMajor(run: RunProgram): Promise<number> {
  return Number(/^v?(\d+)/.exec(await run('helm', ['version', '--template', '{{.Version}}']))?.[1] ?? 3);
}

const revisions = z.array(z.object({ revision: z.number(), status: z.string(), description: z.string() }));
const description = (commit: string) => `commit ${commit}`;

/**
 * Goes back to what served before `file`. Does nothing where that release is not the one that serves, because it never came so
 * far or has been taken back already; so it is safe to repeat. @returns the revision that serves again, or `undefined`
 */
export async function rollback(
  run: RunProgram,
  file: ReleaseFile,
  environment: EnvironmentName,
): Promise<number | undefined> {
  const listed = await run('helm', ['history', release.name, ...place(environment), '--output', 'json']);
  const history = revisions.parse(JSON.parse(listed)).toSorted((a, b) => b.revision - a.revision);
  const serving = history.find(({ status }) => status === 'deployed');
  if (serving?.description !== description(file.commit)) return undefined;
  const before = history.find(
    entry =>
      entry.revision < serving.revision &&
      entry.status === 'superseded' &&
      entry.description !== serving.description,
  );
  if (!before)
    throw new Error('there is no earlier revision to go back to: the first installation is mended forwards');
  await run('helm', [
    'rollback',
    release.name,
    String(before.revision),
    ...place(environment),
    '--wait',
    '--timeout',
    WAIT,
  ]);
  return before.revision;
}
