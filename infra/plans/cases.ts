import type { Change, Variables } from './run-tofu.ts';

/** What happens to production, in the words of docs/operate-aws.md, and what a plan for it may and must change. */
export type Case = {
  readonly name: string;
  readonly variables: Variables;
  /** Types that change, with the action; nothing else may. */
  readonly changes: Readonly<Record<string, 'create' | 'update'>>;
  /** The addresses that change, exactly, where they are few. */
  readonly addresses?: readonly string[];
  /** Becomes part of what later cases build on. */
  readonly applied?: true;
};

const LARGE = { class: 'db.r7g.4xlarge' };
const shard = (name: string, two = LARGE) => ({ name, instances: { one: { ...LARGE, tier: 0 }, two } });
const SHARDS = ['a', 'b', 'c', 'd'].map(name => shard(name));

const balancer = (region: string, dial: number) => ({
  arn: `arn:aws:elasticloadbalancing:${region}:111122223333:loadbalancer/app/suffrage/1`,
  dns_name: `suffrage.${region}.elb.example.org`,
  dial,
});
const balancers = (first: number, second: number) => ({
  load_balancers: {
    'eu-west-1': balancer('eu-west-1', first),
    'eu-central-1': balancer('eu-central-1', second),
  },
});

export const ACCOUNT: Variables = {
  account_id: '111122223333',
  operators: ['arn:aws:iam::111122223333:role/suffrage-operators'],
  alarm_addresses: ['suffrage-operators@example.org'],
};

export const CASES: readonly Case[] = [
  { name: 'a second apply changes nothing', variables: {}, changes: {} },
  {
    name: 'the copy of the log and the edge come with the second apply',
    variables: { replicate: true, ...balancers(100, 0) },
    changes: {
      aws_msk_cluster: 'update',
      aws_msk_replicator: 'create',
      aws_iam_role: 'create',
      aws_iam_role_policy: 'create',
      aws_cloudwatch_metric_alarm: 'create',
      aws_globalaccelerator_accelerator: 'create',
      aws_globalaccelerator_listener: 'create',
      aws_globalaccelerator_endpoint_group: 'create',
    },
    applied: true,
  },
  { name: 'and a third changes nothing again', variables: {}, changes: {} },
  {
    name: 'an instance of a database gets another class',
    variables: {
      votes_databases: [shard('a', { class: 'db.r7g.8xlarge' }), ...SHARDS.slice(1)],
    },
    changes: { aws_rds_cluster_instance: 'update' },
    addresses: [
      'module.first.module.votes_database.aws_rds_cluster_instance.this["a-two"]',
      'module.second.module.votes_database.aws_rds_cluster_instance.this["a-two"]',
    ],
  },
  {
    name: 'four databases become eight',
    variables: { votes_databases: [...SHARDS, ...['e', 'f', 'g', 'h'].map(name => shard(name))] },
    changes: {
      aws_rds_cluster: 'create',
      aws_rds_cluster_instance: 'create',
      aws_cloudwatch_metric_alarm: 'create',
    },
  },
  { name: 'partitions are added by the chart, not here', variables: { partitions: 512 }, changes: {} },
  {
    name: 'three brokers are added',
    variables: { brokers: 9 },
    changes: { aws_msk_cluster: 'update', aws_cloudwatch_metric_alarm: 'create' },
  },
  {
    name: 'a region is lost: the dials move, and nothing else',
    variables: balancers(0, 100),
    changes: { aws_globalaccelerator_endpoint_group: 'update' },
    addresses: [
      'module.edge.aws_globalaccelerator_endpoint_group.region["eu-central-1"]',
      'module.edge.aws_globalaccelerator_endpoint_group.region["eu-west-1"]',
    ],
  },
  {
    name: 'passwords turn, on both sides of each',
    variables: { password_version: 2 },
    changes: { aws_elasticache_user: 'update', aws_secretsmanager_secret_version: 'update' },
    addresses: ['first', 'second'].flatMap(region =>
      ['limits', 'votes'].flatMap(cache => [
        `module.${region}.module.${cache}_cache.aws_elasticache_user.this`,
        `module.${region}.module.${cache}_cache.aws_secretsmanager_secret_version.password`,
      ]),
    ),
  },
];

/** What of the plan is not as the case says, one sentence each. */
export function complaints(expected: Case, found: readonly Change[]): string[] {
  const wrong = found
    .filter(({ type, actions }) => actions.length !== 1 || actions[0] !== expected.changes[type])
    .map(({ address, actions }) => `${address}: ${actions.join(', ')}`);
  const missing = Object.entries(expected.changes)
    .filter(([type]) => !found.some(change => change.type === type))
    .map(([type, action]) => `no ${type}: ${action}`);
  const addresses = found.map(({ address }) => address).toSorted();
  const wanted = expected.addresses?.toSorted();
  const other = wanted && wanted.join() !== addresses.join() ? [`changed: ${addresses.join(', ')}`] : [];
  return [...wrong, ...missing, ...other];
}
