import type { Case } from './complaints.ts';
import type { Variables } from './run-tofu.ts';

const LARGE = { class: 'db.r7g.4xlarge' };
const shard = (name: string, two = LARGE) => ({ name, instances: { one: { ...LARGE, tier: 0 }, two } });
const SHARDS = ['a', 'b', 'c', 'd'].map(name => shard(name));

const balancer = (region: string, dial: number) => ({
  arn: `arn:aws:elasticloadbalancing:${region}:111122223333:loadbalancer/app/suffrage/1`,
  dial,
});
const balancers = (first: number, second: number) => ({
  load_balancers: {
    'eu-west-1': balancer('eu-west-1', first),
    'eu-central-1': balancer('eu-central-1', second),
  },
});

const endpointGroup = (region: string) =>
  `module.edge.aws_globalaccelerator_endpoint_group.region["${region}"]`;

const WEB_ACLS = [
  'module.edge.aws_wafv2_web_acl.this["page"]',
  'module.first.module.edge.aws_wafv2_web_acl.this["load-balancer"]',
  'module.second.module.edge.aws_wafv2_web_acl.this["load-balancer"]',
];
const rate = (limit: number) => ({ statement: [{ rate_based_statement: [{ limit }] }] });

/** The second region, which leads after a loss; the first is there again. */
const LED_BY_SECOND = balancers(0, 100);

const regional = (service: string, region: string, name: string) =>
  `arn:aws:${service}:${region}:111122223333:${name}`;

/** All that is off unless an operator asks for it, and that brings something. */
const optionsOf = (region: string) => ({
  certificate_authority_arns: [regional('acm-pca', region, 'certificate-authority/1')],
  scram_secret_arns: [regional('secretsmanager', region, 'secret:AmazonMSK_processor')],
  database_proxies: ['votes'],
  rotation_function_arns: { audit: regional('lambda', region, 'function:turn-audit-token') },
  api_gateway: {
    host: `api.${region}.example.org`,
    certificate_arn: regional('acm', region, 'certificate/1'),
    truststore: 's3://suffrage-clients/authorities.pem',
    listener_arn: regional('elasticloadbalancing', region, 'listener/app/internal/1/2'),
    server_name: 'votes.example.org',
  },
});
const ALL_OPTIONS: Variables = {
  options: { 'eu-west-1': optionsOf('eu-west-1'), 'eu-central-1': optionsOf('eu-central-1') },
  shield_advanced: true,
};

const ACCOUNT: Variables = {
  account_id: '111122223333',
  operators: ['arn:aws:iam::111122223333:role/suffrage-operators'],
  alarm_addresses: ['suffrage-operators@example.org'],
};

/** Another environment's account, whose registry gets images from production's. */
const OTHER_ACCOUNT = '444455556666';

const deliveredFrom = (environment: string) => ({ repository: 'suffrage/suffrage', environment });

/** Of dev and of staging. */
export const ONE_REGION: Variables = {
  ...ACCOUNT,
  images_from: OTHER_ACCOUNT,
  delivery: deliveredFrom('dev'),
};

/** Production as it stands before the cases: with room for more databases, and the page asked for before anything is there. */
export const PRODUCTION: Variables = {
  ...ACCOUNT,
  delivery: deliveredFrom('production'),
  shards: 8,
  page: {
    hosts: ['vote.example.org'],
    certificate_arn: regional('acm', 'us-east-1', 'certificate/1'),
    origin_host: 'page.example.org',
  },
};

/** What leads to a balancer of the chart's: a first apply, which can't know one, must leave it out. */
export const LEADS_TO_A_BALANCER = /^aws_(cloudfront|globalaccelerator)_/;

/** What stays in the account when everything else goes. */
export const ARCHIVE: readonly string[] = ['first', 'second'].flatMap(region => [
  `module.${region}.module.archive`,
  `module.${region}.module.secrets.aws_kms_key.this["archive"]`,
]);

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
      aws_cloudfront_distribution: 'create',
      aws_wafv2_web_acl: 'create',
    },
    planned: {
      'module.edge.aws_cloudfront_distribution.page["this"]': {
        aliases: ['vote.example.org'],
        origin: [{ domain_name: 'page.example.org' }],
      },
      [endpointGroup('eu-west-1')]: {
        traffic_dial_percentage: 100,
        endpoint_configuration: [{ endpoint_id: balancer('eu-west-1', 100).arn }],
      },
    },
    applied: true,
    kept: 'second',
  },
  { name: 'and a third changes nothing again', variables: {}, changes: {}, kept: 'standing' },
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
    planned: {
      'module.first.module.votes_database.aws_rds_cluster_instance.this["a-two"]': {
        instance_class: 'db.r7g.8xlarge',
      },
    },
  },
  {
    name: 'four databases become eight',
    variables: { votes_databases: [...SHARDS, ...['e', 'f', 'g', 'h'].map(name => shard(name))] },
    changes: {
      aws_rds_cluster: 'create',
      aws_rds_cluster_instance: 'create',
      aws_cloudwatch_metric_alarm: 'create',
    },
    planned: {
      'module.first.module.votes_database.aws_rds_cluster.this["h"]': { storage_encrypted: true },
      'module.second.module.votes_database.aws_rds_cluster_instance.this["h-two"]': {
        instance_class: LARGE.class,
      },
    },
  },
  {
    name: 'a minor version of Aurora: clusters stay the same clusters',
    variables: { versions: { aurora: '17.6' } },
    changes: { aws_rds_cluster: 'update', aws_rds_global_cluster: 'update' },
    planned: {
      'module.first.module.votes_database.aws_rds_cluster.this["a"]': { engine_version: '17.6' },
    },
  },
  {
    name: 'a major version of Valkey brings parameters of its own',
    variables: { versions: { valkey: '9.0' } },
    changes: { aws_elasticache_replication_group: 'update', aws_elasticache_parameter_group: 'update' },
    planned: {
      'module.first.module.votes_cache.aws_elasticache_replication_group.this': { engine_version: '9.0' },
    },
  },
  { name: 'partitions are added by the chart, not here', variables: { partitions: 512 }, changes: {} },
  {
    name: 'three brokers are added',
    variables: { brokers: 9 },
    changes: { aws_msk_cluster: 'update', aws_cloudwatch_metric_alarm: 'create' },
    planned: { 'module.second.module.kafka.aws_msk_cluster.this': { number_of_broker_nodes: 9 } },
  },
  {
    name: 'a region is lost: the dials move, and nothing else',
    variables: balancers(0, 100),
    changes: { aws_globalaccelerator_endpoint_group: 'update' },
    addresses: [endpointGroup('eu-central-1'), endpointGroup('eu-west-1')],
    planned: {
      [endpointGroup('eu-west-1')]: { traffic_dial_percentage: 0 },
      [endpointGroup('eu-central-1')]: { traffic_dial_percentage: 100 },
    },
  },
  {
    name: 'every option is asked for at once',
    variables: ALL_OPTIONS,
    changes: {
      aws_apigatewayv2_api: 'create',
      aws_apigatewayv2_api_mapping: 'create',
      aws_apigatewayv2_domain_name: 'create',
      aws_apigatewayv2_integration: 'create',
      aws_apigatewayv2_route: 'create',
      aws_apigatewayv2_stage: 'create',
      aws_apigatewayv2_vpc_link: 'create',
      aws_cloudwatch_log_group: 'create',
      aws_db_proxy: 'create',
      aws_db_proxy_default_target_group: 'create',
      aws_db_proxy_target: 'create',
      aws_iam_role: 'create',
      aws_iam_role_policy: 'create',
      aws_msk_cluster: 'update',
      aws_msk_scram_secret_association: 'create',
      aws_secretsmanager_secret_rotation: 'create',
      aws_security_group: 'create',
      aws_shield_protection: 'create',
      aws_vpc_security_group_egress_rule: 'create',
      aws_vpc_security_group_ingress_rule: 'create',
    },
    planned: {
      'module.second.module.edge.aws_apigatewayv2_domain_name.this["this"]': {
        domain_name: 'api.eu-central-1.example.org',
      },
    },
    kept: 'options',
  },
  {
    name: 'a country is refused, in one region and by what stands before both',
    variables: { options: { 'eu-west-1': { blocked_countries: ['XX'] } } },
    changes: { aws_wafv2_web_acl: 'update' },
    addresses: [
      'module.edge.aws_wafv2_web_acl.this["page"]',
      'module.first.module.edge.aws_wafv2_web_acl.this["load-balancer"]',
    ],
    planned: {
      'module.edge.aws_wafv2_web_acl.this["page"]': {
        rule: [{ statement: [{ geo_match_statement: [{ country_codes: ['XX'] }] }] }],
      },
    },
  },
  {
    name: 'one address may ask for fewer tokens, wherever it comes in',
    variables: { rate_limits: { tokens: 500 } },
    changes: { aws_wafv2_web_acl: 'update' },
    addresses: WEB_ACLS,
    planned: Object.fromEntries(WEB_ACLS.map(address => [address, { rule: [rate(500), rate(20_000)] }])),
  },
  {
    name: "the other environments' accounts get the images",
    variables: { image_copies: [{ account_id: OTHER_ACCOUNT, region: 'eu-west-1' }] },
    changes: { aws_ecr_replication_configuration: 'update' },
    planned: {
      'module.first.module.registry.aws_ecr_replication_configuration.this[0]': {
        replication_configuration: [{ rule: [{ destination: [{ registry_id: OTHER_ACCOUNT }] }] }],
      },
    },
  },
  {
    name: 'keys get new material twice as often, and stay the same keys',
    variables: { key_rotation_days: 180 },
    changes: { aws_kms_key: 'update' },
    planned: {
      'module.first.module.secrets.aws_kms_key.this["votes"]': { rotation_period_in_days: 180 },
    },
  },
  {
    name: 'passwords turn, on both sides of each',
    variables: { password_version: 2 },
    changes: {
      aws_elasticache_user: 'update',
      aws_rds_cluster: 'update',
      aws_secretsmanager_secret_version: 'update',
    },
    addresses: [
      ...['first', 'second'].flatMap(region =>
        ['limits', 'votes'].flatMap(cache => [
          `module.${region}.module.${cache}_cache.aws_elasticache_user.this`,
          `module.${region}.module.${cache}_cache.aws_secretsmanager_secret_version.password`,
        ]),
      ),
      // Of the cluster in a global database that leads; Aurora turns the others itself.
      'module.first.module.registrar_database.aws_rds_cluster.this["main"]',
      'module.first.module.registrar_database.aws_secretsmanager_secret_version.admin["main"]',
    ],
    planned: {
      'module.second.module.votes_cache.aws_elasticache_user.this': { passwords_wo_version: 2 },
      'module.first.module.registrar_database.aws_rds_cluster.this["main"]': {
        master_password_wo_version: 2,
      },
    },
  },
  {
    name: 'a region was lost: its copy is written off, and its brokers let no replicator in any more',
    variables: { replicate: false, ...LED_BY_SECOND },
    changes: {
      aws_msk_cluster: 'update',
      aws_msk_replicator: 'delete',
      aws_iam_role: 'delete',
      aws_iam_role_policy: 'delete',
      aws_cloudwatch_metric_alarm: 'delete',
      aws_globalaccelerator_endpoint_group: 'update',
    },
    addresses: [
      'module.first.module.kafka.aws_msk_cluster.this',
      'module.replicator[0].aws_msk_replicator.this',
      'module.replicator[0].aws_iam_role.this',
      'module.replicator[0].aws_iam_role_policy.this',
      'module.second.module.observability.aws_cloudwatch_metric_alarm.replicator[0]',
      ...['eu-central-1', 'eu-west-1'].map(endpointGroup),
    ],
    applied: true,
  },
  {
    name: 'it is there again: the log is copied back',
    variables: { replicate_back: true },
    changes: {
      aws_msk_cluster: 'update',
      aws_msk_replicator: 'create',
      aws_iam_role: 'create',
      aws_iam_role_policy: 'create',
      aws_cloudwatch_metric_alarm: 'create',
    },
    addresses: [
      'module.second.module.kafka.aws_msk_cluster.this',
      'module.replicator_back[0].aws_msk_replicator.this',
      'module.replicator_back[0].aws_iam_role.this',
      'module.replicator_back[0].aws_iam_role_policy.this',
      'module.first.module.observability.aws_cloudwatch_metric_alarm.replicator[0]',
    ],
    applied: true,
  },
  {
    name: 'the first region leads again, and the copy back ends',
    variables: { replicate_back: false, ...balancers(100, 0) },
    changes: {
      aws_msk_cluster: 'update',
      aws_msk_replicator: 'delete',
      aws_iam_role: 'delete',
      aws_iam_role_policy: 'delete',
      aws_cloudwatch_metric_alarm: 'delete',
      aws_globalaccelerator_endpoint_group: 'update',
    },
    applied: true,
  },
];
