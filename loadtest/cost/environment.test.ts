import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { environmentCost, isKnown } from './environment.ts';
import { type Planned, readPlan } from './plan.ts';
import { PRICE_LIST, readPrices } from './prices.ts';
import { isOverBudget, summary } from './show-environment.ts';

const prices = readPrices(PRICE_LIST);
const ROOT = join(import.meta.dirname, '../..');

const planned = (type: string, values: Planned['values'] = {}, key?: string): Planned => ({
  address: `module.region.${type}.this`,
  module: 'module.region',
  key,
  type,
  values,
});
const brokers = (iam: boolean) =>
  planned('aws_msk_cluster', {
    number_of_broker_nodes: 3,
    broker_node_group_info: [
      {
        instance_type: 'kafka.m7g.large',
        storage_info: [{ ebs_storage_info: [{ volume_size: 100 }] }],
        connectivity_info: [{ vpc_connectivity: [{ client_authentication: [{ sasl: [{ iam }] }] }] }],
      },
    ],
  });
const group = (key: string, values: Planned['values']) => [
  planned('aws_eks_node_group', { scaling_config: [{ min_size: 2 }], ...values }, key),
  planned(
    'aws_launch_template',
    { block_device_mappings: [{ ebs: [{ volume_size: 50 }] }, { ebs: [{ volume_size: 4 }] }] },
    key,
  ),
];
const budget = (limit: string) =>
  planned('aws_budgets_budget', { time_unit: 'MONTHLY', limit_amount: limit });
const costOf = (...plan: Planned[]) => environmentCost(plan, prices);
const found = (cost: ReturnType<typeof costOf>) =>
  cost.items.map(({ what, quantity, unit, dollarsPerHour }) => ({ what, quantity, unit, dollarsPerHour }));

test('brokers cost by their kind and number, and what their disks begin with', () => {
  const cost = costOf(brokers(false));
  expect(found(cost)).toEqual([
    { what: 'brokers', quantity: 3, unit: 'kafka.m7g.large', dollarsPerHour: 3 * 0.204 },
    {
      what: 'storage of the brokers, at first',
      quantity: 300,
      unit: 'GB',
      dollarsPerHour: 300 * (0.1 / 730),
    },
  ]);
  expect(cost.dollarsPerMonth).toBeCloseTo(3 * 0.204 * 730 + 30, 9);
  expect(cost.byUse.map(([type]) => type)).toEqual(['aws_msk_cluster']);
});

test('the same of two regions is one line, and dearer lines come first', () => {
  const database = (type: string) => planned('aws_rds_cluster_instance', { instance_class: type });
  expect(
    found(costOf(database('db.r7g.large'), database('db.r7g.xlarge'), database('db.r7g.large'))),
  ).toEqual([
    expect.objectContaining({ unit: 'db.r7g.large, I/O-Optimized', quantity: 2, dollarsPerHour: 0.718 }),
    expect.objectContaining({ unit: 'db.r7g.xlarge, I/O-Optimized', quantity: 1, dollarsPerHour: 0.718 }),
  ]);
});

test('nodes cost at least what the group never falls below, with all disks of their template', () => {
  const cost = costOf(
    ...group('votes', { capacity_type: 'ON_DEMAND', instance_types: ['c7g.large'] }),
    ...group('readers', { capacity_type: 'SPOT', instance_types: ['c7g.large', 'm7g.large', 'c6g.large'] }),
  );
  expect(found(cost)).toEqual([
    { what: 'spot nodes, at least', quantity: 2, unit: 'm7g.large', dollarsPerHour: 2 * 0.0816 },
    { what: 'nodes, at least', quantity: 2, unit: 'c7g.large', dollarsPerHour: 2 * 0.0725 },
    { what: 'disks of the nodes', quantity: 216, unit: 'GB', dollarsPerHour: 2 * 108 * (0.08 / 730) },
  ]);
  expect(cost.items[0]?.assumed).toBe('dearest type, on demand: spot is below');
});

test('caches, endpoints, web ACLs and the passwords that Aurora keeps are counted one by one', () => {
  const cost = costOf(
    planned('aws_elasticache_replication_group', {
      engine: 'valkey',
      node_type: 'cache.r7g.xlarge',
      num_cache_clusters: 3,
    }),
    planned('aws_vpc_endpoint', { vpc_endpoint_type: 'Interface', subnet_ids: [null, null, null] }),
    planned('aws_vpc_endpoint', { vpc_endpoint_type: 'Gateway', subnet_ids: null }),
    planned('aws_wafv2_web_acl', { rule: [{}, {}] }),
    planned('aws_rds_cluster', { storage_type: 'aurora-iopt1', manage_master_user_password: true }),
    planned('aws_secretsmanager_secret'),
  );
  expect(new Map(cost.items.map(({ what, quantity }) => [what, quantity]))).toEqual(
    new Map([
      ['caches', 3],
      ['endpoints', 3],
      ['web ACLs', 1],
      ['rules of web ACLs', 2],
      ['secrets', 2],
    ]),
  );
  expect(cost.dollarsPerMonth).toBeCloseTo(3 * 0.3496 * 730 + 3 * 0.01 * 730 + 5 + 2 + 2 * 0.4, 9);
});

test('what the list has no price for is named, and no guess is in the sum', () => {
  const cost = costOf(
    brokers(true),
    planned('aws_rds_cluster_instance', { instance_class: 'db.r9g.large' }),
    planned('aws_rds_cluster', { storage_type: null }),
    planned('aws_eks_cluster', { compute_config: [{ enabled: true }] }),
  );
  expect(summary(new Map([['trial', cost]])).at(-1)).toMatch(
    /private connectivity of the log, databases, Aurora without I\/O-Optimized, nodes that Auto Mode adds$/,
  );
  expect(cost.dollarsPerHour).toBeCloseTo(3 * 0.204 + 300 * (0.1 / 730) + 0.1, 9);
});

test('an environment that costs more by being there than its budget allows is marked', () => {
  const key = planned('aws_kms_key');
  expect(isOverBudget(costOf(key, key, budget('1.99')))).toBe(true);
  expect(isOverBudget(costOf(key, key, budget('2.01')))).toBe(false);
  expect(isOverBudget(costOf(key))).toBe(false);
  expect(summary(new Map([['trial', costOf(key, key, budget('1'))]]))).toEqual([
    'environment   $/h  $/month  budget        no price',
    'trial        0.00        2       1  OVER',
  ]);
});

test('a type that nobody has said the cost of is refused, and a price that hangs on something unknown', () => {
  expect(() => costOf(planned('aws_quantum_ledger'))).toThrow('loadtest/cost: aws_quantum_ledger');
  expect(() => costOf(planned('aws_rds_cluster_instance', { instance_class: null }))).toThrow(
    "module.region.aws_rds_cluster_instance.this can't be priced from this plan",
  );
});

test('every type of infra/opentofu is priced, free, or paid by use', () => {
  const files = globSync('infra/opentofu/**/*.tf', { cwd: ROOT });
  const types = files.flatMap(file =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^resource "(\w+)"/gm)].map(([, type]) => type ?? ''),
  );
  expect(new Set(types).size).toBeGreaterThan(50);
  expect(types.filter(type => !isKnown(type))).toEqual([]);
});

test('a plan is what stands afterwards: what goes and what is only read is not in it', () => {
  const directory = mkdtempSync(join(tmpdir(), 'suffrage-plan-'));
  const file = join(directory, 'plan.json');
  const change = (mode: string, after: object | null, index?: string) => ({
    address: 'module.a.aws_kms_key.this',
    module_address: 'module.a',
    mode,
    type: 'aws_kms_key',
    index,
    change: { actions: ['no-op'], after },
  });
  const changes = [change('managed', { a: 1 }, 'log'), change('managed', null), change('data', {})];
  writeFileSync(file, JSON.stringify({ resource_changes: changes }));
  expect(readPlan(file)).toEqual([
    {
      address: 'module.a.aws_kms_key.this',
      module: 'module.a',
      key: 'log',
      type: 'aws_kms_key',
      values: { a: 1 },
    },
  ]);
  writeFileSync(file, 'not a plan');
  expect(() => readPlan(file)).toThrow('tofu show -json');
  rmSync(directory, { recursive: true });
  expect(() => readPlan(file)).toThrow('run make infra-check first');
});
