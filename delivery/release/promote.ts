import { stringify } from 'yaml';
import { registryOf } from './deploy.ts';
import type { Installation } from './environments.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { ReleaseFile } from './release-file.ts';

export const servedFile = ({ name }: Installation) => `gitops/environments/${name}.yaml`;

/**
 * Values behind those of the infrastructure: the images of a release, by digest, and which region stands by (`standby`, for an
 * environment with two), as it is in the file that is replaced.
 */
export function servedText(
  release: ReleaseFile,
  { name, environment }: Installation,
  infrastructure: Infrastructure,
  standby: boolean | undefined,
): string {
  const digests = Object.fromEntries(release.images.map(({ name: image, digest }) => [image, digest]));
  const image = infrastructure.registry ? { digests } : { registry: registryOf(release), digests };
  return [
    `# What ${name} serves: commit ${release.commit}. Written by make promote ENVIRONMENT=${environment}.`,
    stringify(standby === undefined ? { image } : { standby, image }),
  ].join('\n');
}
