import { stringify } from 'yaml';
import { registryOf } from './deploy.ts';
import type { EnvironmentName } from './environments.ts';
import type { ReleaseFile } from './release-file.ts';

export const environmentFile = (environment: EnvironmentName) => `gitops/environments/${environment}.yaml`;

/** Values on top of the chart's for an environment: the images of a release, by digest. */
export function environmentText(release: ReleaseFile, environment: EnvironmentName): string {
  const digests = Object.fromEntries(release.images.map(({ name, digest }) => [name, digest]));
  return [
    `# What ${environment} serves: commit ${release.commit}. Written by make promote ENVIRONMENT=${environment}.`,
    stringify({ image: { registry: registryOf(release), digests } }),
  ].join('\n');
}
