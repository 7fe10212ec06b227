import { z } from 'zod';

const database = z.object({ endpoint: z.string().min(1) });

/** Output `deployments` of an environment (`tofu output -json`), as much of it as the chart needs: a region's name to what is in it. */
export const outputs = z.object({
  deployments: z.object({
    value: z.record(
      z.string(),
      z.object({
        region: z.string().min(1),
        registry: z.string().min(1),
        brokers: z.string().min(1),
        partitions: z.int().min(1),
        shards: z.int().min(1),
        elections_key: z.string().min(1),
        secrets_roles: z.object({ votes: z.string(), registrar: z.string() }),
        web_acl: z.string().nullish(),
        cidr: z.string().min(1),
        data_cidrs: z.array(z.string()).min(1),
        public_cidrs: z.array(z.string()).min(1),
        votes_databases: z.array(database).min(1),
        registrar_database: database,
      }),
    ),
  }),
});
export type Deployment = z.output<typeof outputs>['deployments']['value'][string];

/** Other networks, and the address at which a node tells its role's credentials. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.169.254/32'];

/**
 * Values of the chart that only the infrastructure knows. They go behind the environment's own file
 * (`-f values-production.yaml -f THIS`), which says everything else of AWS: hosts, sizes and digests are not the infrastructure's.
 */
export function valuesOf(deployment: Deployment) {
  const peers = (ranges: readonly string[]) => ranges.map(cidr => ({ ipBlock: { cidr } }));
  const stores = { peers: peers(deployment.data_cidrs) };
  // Services of AWS answer inside the network, where it has endpoints; sign-in providers and captchas outside of every private one.
  const beyond = { ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE } };
  const secretsOf = (role: string) => ({
    provider: { aws: { service: 'SecretsManager', region: deployment.region, role } },
  });
  return {
    aws: { region: deployment.region },
    image: { registry: deployment.registry },
    kafka: {
      brokers: deployment.brokers,
      partitions: deployment.partitions,
      shards: deployment.shards,
      sasl: { mechanism: 'aws-msk-iam' },
    },
    externalSecrets: {
      votes: secretsOf(deployment.secrets_roles.votes),
      registrar: secretsOf(deployment.secrets_roles.registrar),
    },
    registrar: { kmsKeyId: deployment.elections_key },
    ...(deployment.web_acl ? { edge: { rateLimit: { wafAcl: deployment.web_acl } } } : {}),
    network: {
      kafka: { ...stores, ports: portsOf(deployment.brokers) },
      votesDatabase: stores,
      registrarDatabase: stores,
      redis: stores,
      limitsRedis: stores,
      edge: peers(deployment.public_cidrs),
      pods: [deployment.cidr],
      registrarOutside: { peers: [beyond, ...peers([deployment.cidr])] },
    },
  };
}

function portsOf(brokers: string): number[] {
  return [...new Set(brokers.split(',').map(broker => Number(broker.split(':').at(-1))))];
}
