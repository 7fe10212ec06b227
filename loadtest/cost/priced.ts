import { z } from 'zod';
import type { Planned } from './plan.ts';
import { HOURS_PER_MONTH, type Prices } from './prices.ts';

/** Something that costs by being there. */
export type Item = {
  readonly what: string;
  readonly quantity: number;
  readonly unit: string;
  /** For the whole quantity; undefined: the list has no price for it. */
  readonly dollarsPerHour: number | undefined;
  /** Why the price is not simply that of the list. */
  readonly assumed?: string;
};

type Itemise = (resource: Planned, prices: Prices, plan: readonly Planned[]) => Item[];

/** @throws Error with the address, where an argument that the price depends on is not known from the plan. */
const itemised =
  <T>(
    schema: z.ZodType<T>,
    items: (values: T, prices: Prices, resource: Planned, plan: readonly Planned[]) => Item[],
  ): Itemise =>
  (resource, prices, plan) => {
    const read = schema.safeParse(resource.values);
    if (read.success) return items(read.data, prices, resource, plan);
    throw new Error(`${resource.address} can't be priced from this plan:\n${z.prettifyError(read.error)}`);
  };

const anything = z.object({});
/** A block, which plans write as a list. */
const block = <T extends z.ZodType>(content: T) => z.tuple([content]);
const count = z.number().int().nonnegative();

const byTheHour = (what: string, quantity: number, unit: string, price: number | undefined): Item => ({
  what,
  quantity,
  unit,
  dollarsPerHour: price === undefined ? undefined : quantity * price,
});

const byTheMonth = (what: string, quantity: number, unit: string, price: number): Item =>
  byTheHour(what, quantity, unit, price / HOURS_PER_MONTH);

const machines = (what: string, quantity: number, type: string, { machinesPerHour }: Prices): Item =>
  byTheHour(what, quantity, type, machinesPerHour[type]);

const single = (what: string, unit: string, price: (prices: Prices) => number): Itemise =>
  itemised(anything, (_, prices) => [byTheHour(what, 1, unit, price(prices))]);

const monthly = (what: string, unit: string, price: (prices: Prices) => number): Itemise =>
  itemised(anything, (_, prices) => [byTheMonth(what, 1, unit, price(prices))]);

const connectivity = z.array(
  z.object({
    vpc_connectivity: z.array(
      z.object({
        client_authentication: z.array(z.object({ sasl: z.array(z.object({ iam: z.boolean().nullish() })) })),
      }),
    ),
  }),
);

const isPrivatelyConnected = (broker: z.infer<typeof connectivity>): boolean =>
  broker
    .flatMap(({ vpc_connectivity: networks }) => networks)
    .flatMap(({ client_authentication: ways }) => ways)
    .flatMap(({ sasl }) => sasl)
    .some(({ iam }) => iam);

const brokers = itemised(
  z.object({
    number_of_broker_nodes: count,
    broker_node_group_info: block(
      z.object({
        instance_type: z.string(),
        storage_info: block(z.object({ ebs_storage_info: block(z.object({ volume_size: count })) })),
        connectivity_info: connectivity,
      }),
    ),
  }),
  ({ number_of_broker_nodes: quantity, broker_node_group_info: [broker] }, prices) => [
    machines('brokers', quantity, broker.instance_type, prices),
    byTheMonth(
      'storage of the brokers, at first',
      quantity * broker.storage_info[0].ebs_storage_info[0].volume_size,
      'GB',
      prices.brokerStoragePerGigabyteMonth,
    ),
    ...(isPrivatelyConnected(broker.connectivity_info)
      ? [byTheHour('private connectivity of the log', 1, 'cluster', undefined)]
      : []),
  ],
);

const databaseCluster = itemised(
  z.object({ storage_type: z.string().nullish(), manage_master_user_password: z.boolean().nullish() }),
  ({ storage_type: storage, manage_master_user_password: managed }, prices) => [
    ...(managed ? [byTheMonth('secrets', 1, 'secrets', prices.secretPerMonth)] : []),
    // Prices of instances are those of this kind of storage.
    ...(storage === 'aurora-iopt1'
      ? []
      : [byTheHour('Aurora without I/O-Optimized', 1, 'cluster', undefined)]),
  ],
);

const cache = itemised(
  z.object({
    engine: z.string(),
    node_type: z.string(),
    num_cache_clusters: count,
  }),
  ({ engine, node_type: type, num_cache_clusters: quantity }, prices) => [
    machines('caches', quantity, `${type}, ${engine === 'valkey' ? 'Valkey' : 'Redis OSS'}`, prices),
  ],
);

const kubernetes = itemised(
  z.object({ compute_config: z.array(z.object({ enabled: z.boolean().nullish() })).default([]) }),
  ({ compute_config: [auto] }, prices) => [
    byTheHour('Kubernetes control plane', 1, 'clusters', prices.cluster.perHour),
    ...(auto?.enabled ? [byTheHour('nodes that Auto Mode adds', 1, 'cluster', undefined)] : []),
  ],
);

const nodes = itemised(
  z.object({
    capacity_type: z.string().nullish(),
    instance_types: z.array(z.string()).min(1),
    scaling_config: block(z.object({ min_size: count })),
  }),
  (
    { capacity_type: capacity, instance_types: types, scaling_config: [{ min_size: least }] },
    prices,
    own,
    plan,
  ) => [
    capacity === 'SPOT'
      ? spot(least, types, prices)
      : machines('nodes, at least', least, types[0] ?? '', prices),
    byTheMonth('disks of the nodes', least * diskOf(own, plan), 'GB', prices.nodeDiskPerGigabyteMonth),
  ],
);

/** Nobody lists what spot capacity costs. It is never above the price on demand, of whichever type there is. */
function spot(quantity: number, types: readonly string[], prices: Prices): Item {
  const dearest = types.toSorted(
    (one, other) => (prices.machinesPerHour[other] ?? Infinity) - (prices.machinesPerHour[one] ?? Infinity),
  )[0];
  return {
    ...machines('spot nodes, at least', quantity, dearest ?? '', prices),
    assumed: 'dearest type, on demand: spot is below',
  };
}

const template = z.object({
  block_device_mappings: z.array(z.object({ ebs: block(z.object({ volume_size: count })) })),
});

/** Gigabytes of one node of the group, whose launch template has the same key. */
function diskOf({ module, key, address }: Planned, plan: readonly Planned[]): number {
  const own = plan.find(
    other => other.type === 'aws_launch_template' && other.module === module && other.key === key,
  );
  if (!own)
    throw new Error(`${address} can't be priced from this plan: there is no launch template of that key`);
  return template
    .parse(own.values)
    .block_device_mappings.reduce((sum, { ebs: [{ volume_size: size }] }) => sum + size, 0);
}

const endpoint = itemised(
  z.object({ vpc_endpoint_type: z.string(), subnet_ids: z.array(z.unknown()).nullish() }),
  ({ vpc_endpoint_type: type, subnet_ids: zones }, prices) =>
    type === 'Interface'
      ? [byTheHour('endpoints', zones?.length ?? 0, 'in one zone each', prices.endpointInOneZonePerHour)]
      : [],
);

const webAcl = itemised(z.object({ rule: z.array(z.unknown()) }), ({ rule }, prices) => [
  byTheMonth('web ACLs', 1, 'web ACLs', prices.webAclPerMonth),
  byTheMonth('rules of web ACLs', rule.length, 'rules', prices.webAclRulePerMonth),
]);

/** What each type of resource costs by being there. */
export const PRICED: Readonly<Record<string, Itemise>> = {
  aws_cloudwatch_metric_alarm: monthly('alarms', 'alarms', prices => prices.alarmPerMonth),
  aws_db_proxy: itemised(anything, () => [byTheHour('proxies of databases', 1, 'proxies', undefined)]),
  aws_eip: single('public addresses', 'addresses', prices => prices.publicAddressPerHour),
  aws_eks_cluster: kubernetes,
  aws_eks_node_group: nodes,
  aws_elasticache_replication_group: cache,
  aws_globalaccelerator_accelerator: single(
    'accelerator',
    'accelerators',
    prices => prices.acceleratorPerHour,
  ),
  aws_kms_key: monthly('keys', 'keys', prices => prices.keyPerMonth),
  aws_kms_replica_key: monthly('keys', 'keys', prices => prices.keyPerMonth),
  aws_msk_cluster: brokers,
  aws_msk_replicator: single('copy of the log', 'replicators', prices => prices.replicatorPerHour),
  aws_nat_gateway: single('NAT gateways', 'gateways', prices => prices.natGatewayPerHour),
  aws_rds_cluster: databaseCluster,
  aws_rds_cluster_instance: itemised(
    z.object({ instance_class: z.string() }),
    ({ instance_class: type }, prices) => [machines('databases', 1, `${type}, I/O-Optimized`, prices)],
  ),
  aws_secretsmanager_secret: monthly('secrets', 'secrets', prices => prices.secretPerMonth),
  aws_vpc_endpoint: endpoint,
  aws_wafv2_web_acl: webAcl,
};
