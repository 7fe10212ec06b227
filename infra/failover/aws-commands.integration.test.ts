import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Side } from './commands.ts';
import { failoverSteps } from './steps.ts';

jest.setTimeout(240_000);

/** AWS's own command line, before a server that answers as AWS's documentation says. */
const AWS = join(import.meta.dirname, '../../.tools/bin/python-aws');
const side = (region: string): Side => ({
  region,
  cluster: `suffrage-${region}`,
  kafka: `suffrage-${region}`,
  registrarArn: `arn:aws:rds:${region}:111122223333:cluster:registrar`,
  endpointGroup: `arn:aws:globalaccelerator::111122223333:accelerator/a/listener/l/endpoint-group/${region}`,
});
const [from, to] = [side('eu-west-1'), side('eu-central-1')];
const stepsOf = (planned: boolean) =>
  failoverSteps({
    from,
    to,
    planned,
    fromAnswers: planned,
    followsGit: [],
    globalRegistrar: 'suffrage-registrar',
    replicator: 'suffrage',
    auditJob: 'audit',
  });

/** Whether the second region has taken over. */
let isOver = false;

const member = (arn: string, isWriter: boolean) =>
  `<GlobalClusterMember><DBClusterArn>${arn}</DBClusterArn><IsWriter>${isWriter}</IsWriter></GlobalClusterMember>`;
const globalCluster = () =>
  `<GlobalClusterIdentifier>suffrage-registrar</GlobalClusterIdentifier><Status>available</Status>
   <GlobalClusterMembers>${member(from.registrarArn, !isOver)}${member(to.registrarArn, isOver)}</GlobalClusterMembers>`;
const point = (Timestamp: number, Maximum: number) => ({ Timestamp, Maximum, Unit: 'None' });

function answerTo(request: IncomingMessage, body: string): string {
  const [, action] = /Action=(\w+)/.exec(body) ?? [];
  if (action === 'DescribeGlobalClusters')
    return `<DescribeGlobalClustersResponse><DescribeGlobalClustersResult><GlobalClusters><GlobalClusterMember>${globalCluster()}</GlobalClusterMember></GlobalClusters></DescribeGlobalClustersResult></DescribeGlobalClustersResponse>`;
  if (action)
    return `<${action}Response><${action}Result><GlobalCluster>${globalCluster()}</GlobalCluster></${action}Result></${action}Response>`;
  if (request.headers['x-amz-target']?.toString().endsWith('GetMetricStatistics'))
    // The newest is not the last.
    return JSON.stringify({ Datapoints: [point(200, isOver ? 0 : 90_000), point(100, 7)] });
  if (request.url?.startsWith('/replication/v1/replicators') && request.method === 'GET') {
    const named = (name: string) => ({ replicatorArn: `arn:${name}`, replicatorName: name });
    return JSON.stringify({ replicators: [named('suffrage-2'), ...(isOver ? [] : [named('suffrage')])] });
  }
  const isTo = body.includes(to.region);
  return JSON.stringify({ EndpointGroup: { TrafficDialPercentage: isTo === isOver ? 100 : 0 } });
}

const server = createServer((request, response) => {
  void text(request).then(body => response.end(answerTo(request, body)));
});
beforeAll(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

/** What AWS's command line prints. @throws Error with its complaint, of a word that it does not know say */
async function ask(words: readonly string[]): Promise<string> {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen');
  const there = ['--endpoint-url', `http://127.0.0.1:${address.port}`, '--no-sign-request'];
  const env = { ...process.env, HTTP_PROXY: '', http_proxy: '' };
  return (await promisify(execFile)(AWS, [...words, ...there], { env })).stdout.trim();
}

test('AWS has every command of a failover, and what it prints is what the steps look for', async () => {
  const asked: string[] = [];
  const others = stepsOf(false).filter(({ name }) => name === 'fence' || name === 'registrar');
  for (const { name, look, holds, commands } of [...stepsOf(true), ...others]) {
    const [program, ...words] = look();
    if (program !== 'aws') continue;
    isOver = false;
    const before = await ask(words);
    for (const [, ...action] of commands?.(before) ?? []) asked.push(await ask(action).then(() => name));
    isOver = true;
    const after = await ask(words);
    expect([name, holds(before), holds(after)]).toEqual([name, false, true]);
  }
  expect(asked).toEqual(['end of the copy', 'registrar', 'turn', 'turn away', 'fence', 'registrar']);
});

test('AWS’s command line refuses what it does not have', async () => {
  const rds = ['rds', 'failover-global-cluster', '--region', 'eu-west-1', '--global-cluster-identifier', 'g'];
  await expect(ask([...rds, '--target-db-cluster-identifier', 'target', '--allow-loss'])).rejects.toThrow(
    '--allow-loss',
  );
  await expect(ask(rds)).rejects.toThrow('--target-db-cluster-identifier');
});
