import { expect, test } from '@jest/globals';
import { outputs, valuesOf } from './values.ts';

const deployment = {
  region: 'eu-west-1',
  registry: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/suffrage',
  brokers: 'b-1.example.org:9098,b-2.example.org:9098',
  partitions: 64,
  shards: 4,
  elections_key: 'arn:aws:kms:eu-west-1:111122223333:alias/elections',
  secrets_roles: { votes: 'arn:votes', registrar: 'arn:registrar' },
  web_acl: null,
  cidr: '10.20.0.0/16',
  data_cidrs: ['10.20.0.0/22', '10.20.4.0/22'],
  public_cidrs: ['10.20.16.0/22'],
  votes_databases: [{ endpoint: 'votes.example.org' }],
  registrar_database: { endpoint: 'registrar.example.org' },
};

test('stores are reached in their own subnets, at the port that the brokers listen on', () => {
  const { network } = valuesOf(deployment);
  const peers = [{ ipBlock: { cidr: '10.20.0.0/22' } }, { ipBlock: { cidr: '10.20.4.0/22' } }];
  expect(network.kafka).toEqual({ peers, ports: [9098] });
  expect(network.limitsRedis).toEqual({ peers });
});

test('the registrar reaches AWS at its endpoints in the network, and nothing else that is private', () => {
  const { peers } = valuesOf(deployment).network.registrarOutside;
  expect(peers).toEqual([
    { ipBlock: { cidr: '0.0.0.0/0', except: expect.arrayContaining(['10.0.0.0/8', '169.254.169.254/32']) } },
    { ipBlock: { cidr: '10.20.0.0/16' } },
  ]);
});

test('registrar and votes read their secrets in roles of their own', () => {
  const { externalSecrets } = valuesOf(deployment);
  expect(externalSecrets.votes.provider.aws.role).toBe('arn:votes');
  expect(externalSecrets.registrar.provider.aws.role).toBe('arn:registrar');
});

test('an environment without a firewall at its edge names none', () => {
  expect(valuesOf(deployment)).not.toHaveProperty('edge');
  expect(valuesOf({ ...deployment, web_acl: 'arn:acl' }).edge).toEqual({ rateLimit: { wafAcl: 'arn:acl' } });
});

test('pods have addresses of the network', () => {
  expect(valuesOf(deployment).network.pods).toEqual(['10.20.0.0/16']);
});

test('outputs that lack what the chart needs are refused by name', () => {
  const { brokers: _, ...without } = deployment;
  const read = outputs.safeParse({ deployments: { value: { 'eu-west-1': without } } });
  expect(read.error?.issues[0]?.path).toEqual(['deployments', 'value', 'eu-west-1', 'brokers']);
});
