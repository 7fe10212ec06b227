import { join, relative } from 'node:path';
import type { Command } from './run-steps.ts';

/** One of the two regions. */
export type Side = {
  readonly region: string;
  /** Of its EKS cluster, and of kubectl's and helm's context. */
  readonly cluster: string;
  /** Its MSK cluster. */
  readonly kafka: string;
  /** Its cluster of the registrar's global database. */
  readonly registrarArn: string;
  /** Its endpoint group of the accelerator. */
  readonly endpointGroup: string;
};

/** That of this checkout, as seen from where the program is run. */
const CHART = relative('.', join(import.meta.dirname, '../../helm/suffrage'));
const RELEASE = 'suffrage';
export const NAMESPACE = 'apps';
/** The accelerator belongs to no region; its API is in this one. */
const ACCELERATOR_REGION = 'us-west-2';
const MINUTE = 60_000;

/** `query` picks what is printed, as text. */
export const aws = (region: string, service: string, operation: string, ...rest: string[]): Command => [
  'aws',
  service,
  operation,
  '--region',
  region,
  '--output',
  'text',
  ...rest,
];

export const kubectl = ({ cluster }: Side, ...rest: string[]): Command => [
  'kubectl',
  '--context',
  cluster,
  '--namespace',
  NAMESPACE,
  '--request-timeout=20s',
  ...rest,
];

const helm = (action: string, { cluster }: Side, ...rest: string[]): Command => {
  const [first = '', ...more] = action.split(' ');
  return ['helm', first, ...more, RELEASE, ...rest, '--kube-context', cluster, '--namespace', NAMESPACE];
};

/** Prints the values that were given to the chart. */
export const givenValues = (side: Side) => helm('get values', side, '--output', 'json');

/** The chart as it is installed, but for `standby`. */
export const setStandby = (side: Side, standby: boolean, ...further: string[]) =>
  helm(
    'upgrade',
    side,
    CHART,
    '--reuse-values',
    '--set',
    `standby=${standby}`,
    '--wait',
    '--timeout',
    '20m',
    ...further,
  );

/** Prints the groups of APIs that the cluster has. */
export const apiGroups = (side: Side) => kubectl(side, 'get', '--raw=/apis');

/** One of Flux's resources that brings the suite what git says (gitops/flux). */
export type FluxResource = readonly [kind: string, name: string, namespace: string];
export const FLUX_APPS: FluxResource = [
  'kustomizations.kustomize.toolkit.fluxcd.io',
  'suffrage-apps',
  'flux-system',
];
export const FLUX_RELEASE: FluxResource = ['helmreleases.helm.toolkit.fluxcd.io', RELEASE, NAMESPACE];

/** The last namespace counts. */
const flux = (side: Side, action: string, [kind, name, namespace]: FluxResource, ...rest: string[]) =>
  kubectl(side, action, kind, name, '--namespace', namespace, ...rest);

/** Prints its name and whether it is suspended, `suffrage/true` say; nothing where there is none. */
export const isSuspended = (side: Side, resource: FluxResource) =>
  flux(side, 'get', resource, '--ignore-not-found', '--output', 'jsonpath={.metadata.name}/{.spec.suspend}');

/** Flux takes back what kubectl has changed, but for what is changed under this name. */
export const suspend = (side: Side, resource: FluxResource) =>
  flux(
    side,
    'patch',
    resource,
    '--type=merge',
    '--patch={"spec":{"suspend":true}}',
    '--field-manager=flux-client-side-apply',
  );

/** Prints the pods that take, issue or count. */
export const workingPods = (side: Side) =>
  kubectl(
    side,
    'get',
    'pods',
    '--selector',
    `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/component in (ingestion,processor,registrar)`,
    '--output',
    'name',
  );

export const startAudit = (side: Side, job: string) =>
  kubectl(side, 'create', 'job', job, `--from=cronjob/${RELEASE}-audit`);
/** Prints how many pods of it have succeeded and failed, `1/` say; nothing where there is no such job. */
export const auditStatus = (side: Side, job: string) =>
  kubectl(
    side,
    'get',
    'job',
    job,
    '--ignore-not-found',
    '--output',
    'jsonpath={.status.succeeded}/{.status.failed}',
  );

const accelerator = (operation: string, { endpointGroup }: Side, ...rest: string[]) =>
  aws(ACCELERATOR_REGION, 'globalaccelerator', operation, '--endpoint-group-arn', endpointGroup, ...rest);
/** Prints the percentage. */
export const dial = (side: Side) =>
  accelerator('describe-endpoint-group', side, '--query', 'EndpointGroup.TrafficDialPercentage');
export const setDial = (side: Side, percent: number) =>
  accelerator('update-endpoint-group', side, '--traffic-dial-percentage', String(percent));

/** Prints the newest value since `from`, or `None`. */
export function newest(
  region: string,
  metric: readonly [namespace: string, name: string],
  dimensions: Readonly<Record<string, string>>,
  from: number,
): Command {
  const [namespace, name] = metric;
  const which = ['--namespace', namespace, '--metric-name', name, '--dimensions'];
  const named = Object.entries(dimensions).map(([key, value]) => `Name=${key},Value=${value}`);
  const until = new Date(Math.max(Date.now(), from) + MINUTE).toISOString();
  const when = ['--start-time', new Date(from).toISOString(), '--end-time', until];
  const how = ['--period', '60', '--statistics', 'Maximum'];
  const query = ['--query', 'sort_by(Datapoints, &Timestamp)[-1].Maximum'];
  return aws(region, 'cloudwatch', 'get-metric-statistics', ...which, ...named, ...when, ...how, ...query);
}
