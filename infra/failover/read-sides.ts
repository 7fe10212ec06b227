import { z } from 'zod';
import type { Side } from './commands.ts';

const both = z.object({ first: z.string().min(1), second: z.string().min(1) });
const outputs = z.object({
  failover: z.object({
    value: z.object({
      regions: both,
      clusters: both,
      kafka: both,
      global_registrar: z.string().min(1),
      registrar_arns: both,
      endpoint_groups: z.record(z.string(), z.string().min(1)),
      replicator: z.string().min(1),
    }),
  }),
});

/**
 * The two regions of an environment, from its output `failover` (`tofu output -json`).
 * @throws Error when it has no such regions, or nothing before them that could be turned.
 */
export function readSides(text: string, from: string, to: string) {
  const found = outputs.safeParse(JSON.parse(text));
  if (!found.success)
    throw new Error(`these are not the outputs of two regions:\n${z.prettifyError(found.error)}`);
  const { regions, clusters, kafka, registrar_arns: registrars, ...shared } = found.data.failover.value;
  const side = (region: string): Side => {
    const which = (['first', 'second'] as const).find(each => regions[each] === region);
    if (!which) throw new Error(`"${region}" is neither ${regions.first} nor ${regions.second}`);
    const endpointGroup = shared.endpoint_groups[region];
    if (endpointGroup === undefined)
      throw new Error(`the accelerator knows no ${region}: set load_balancers`);
    const [cluster, registrarArn] = [clusters[which], registrars[which]];
    return { region, cluster, kafka: kafka[which], registrarArn, endpointGroup };
  };
  if (from === to) throw new Error('--from and --to are the same region');
  return {
    from: side(from),
    to: side(to),
    globalRegistrar: shared.global_registrar,
    replicator: shared.replicator,
  };
}
