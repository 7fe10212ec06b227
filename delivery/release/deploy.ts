import { z } from 'zod';
import { helmPlace, type Installation, release, valuesFile } from './environments.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { ReleaseFile } from './release-file.ts';
import type { RunProgram } from './run-program.ts';

const WAIT = '20m';

/**
 * Installs the images of a release by digest, on the infrastructure that is there. Which region stands by is what it was before: a
 * failover decides that, never a release. When it resolves every pod of it is ready; when it throws, helm has gone back to what
 * was there before.
 */
export async function deploy(
  run: RunProgram,
  file: ReleaseFile,
  installation: Installation,
  infrastructure: Infrastructure,
): Promise<void> {
  const standby = await isStandby(run, installation);
  await run('helm', [
    'upgrade',
    '--install',
    release.name,
    release.chart,
    ...helmPlace(installation),
    '--values',
    valuesFile(installation.environment),
    '--values',
    infrastructure.file,
    '--set',
    `standby=${standby}`,
    ...(infrastructure.registry ? [] : ['--set-string', `image.registry=${registryOf(file)}`]),
    ...file.images.flatMap(({ name, digest }) => ['--set-string', `image.digests.${name}=${digest}`]),
    '--description',
    description(file.commit),
    '--wait',
    '--timeout',
    WAIT,
    (await helmMajor(run)) >= 4 ? '--rollback-on-failure' : '--atomic',
  ]);
}

const listing = z.array(z.object({ name: z.string() }));
const given = z.object({ standby: z.boolean().optional() }).nullable();

/** Whether it runs no pod, because the other region serves. One that is not installed yet does if it is the second. */
export async function isStandby(run: RunProgram, installation: Installation): Promise<boolean> {
  const place = helmPlace(installation);
  // One that an upgrade has left half-way is installed, too. (Helm 4 has no `--all` any more.)
  const states = ['--deployed', '--failed', '--pending'];
  const filter = ['--filter', `^${release.name}$`, '--output', 'json'];
  const listed = listing.parse(JSON.parse(await run('helm', ['list', ...place, ...states, ...filter])));
  if (listed.length === 0) return installation.isSecond;
  const values = await run('helm', ['get', 'values', release.name, ...place, '--output', 'json']);
  return given.parse(JSON.parse(values))?.standby ?? false;
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
  installation: Installation,
): Promise<number | undefined> {
  const listed = await run('helm', ['history', release.name, ...helmPlace(installation), '--output', 'json']);
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
    ...helmPlace(installation),
    '--wait',
    '--timeout',
    WAIT,
  ]);
  return before.revision;
}
