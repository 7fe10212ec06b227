import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';

/** Targets that come with a part of the repository. */
const PART_OF: Readonly<Record<string, string>> = {
  'chart-test': 'helm/suffrage',
  'infra-check': 'infra',
  'infra-plan': 'infra',
  'infra-apply': 'infra',
  images: 'Dockerfile',
  'bundle-test': 'tools/images',
};

/** Leaves out commands for a part that this checkout does not have. */
export function withoutMissingParts<T extends { readonly text: string }>(commands: readonly T[]): T[] {
  return commands.filter(
    ({ text }) =>
      !text.split(' ').some(word => {
        const part = PART_OF[word];
        return part !== undefined && !existsSync(join(repositoryDirectory, part));
      }),
  );
}
