import { stringify } from 'yaml';
import { z } from 'zod';
import { outputs, valuesOf } from '../helm-values/values.ts';

const PREFIX = 'suffrage-';
const clusters = z.object({
  deployments: z.object({
    value: z.record(z.string(), z.looseObject({ cluster: z.string().startsWith(PREFIX) })),
  }),
});

/**
 * What the chart must know of the infrastructure, a file for each cluster of an environment: `suffrage-production-2` has
 * gitops/infrastructure/production-2.yaml. @throws Error for outputs of something else
 */
export function valuesFiles(printed: string): { readonly path: string; readonly text: string }[] {
  const json: unknown = JSON.parse(printed);
  const { value } = outputs.parse(json).deployments;
  const named = clusters.parse(json).deployments.value;
  return Object.entries(value).map(([region, deployment]) => {
    const name = (named[region]?.cluster ?? '').slice(PREFIX.length);
    return {
      path: `gitops/infrastructure/${name}.yaml`,
      text: [
        `# What the chart must know of the infrastructure of ${name}. Written by make infra-values; no secret is in it.`,
        stringify(valuesOf(deployment), { aliasDuplicateObjects: false }),
      ].join('\n'),
    };
  });
}
