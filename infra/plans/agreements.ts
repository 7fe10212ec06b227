import { CALLS, CONNECTS } from './aws-calls.ts';

export type Statements = Readonly<
  Record<
    string,
    readonly { readonly actions: readonly string[]; readonly resources: readonly (string | null)[] }[]
  >
>;

/** Where a service may do what its code never asks for, or may not do what it asks for. One sentence each. */
export function rightsDisagreements(statements: Statements): string[] {
  const services = new Set([...Object.keys(statements), ...CALLS.map(({ service }) => service)]);
  return [...services].flatMap(service => {
    const may = rightsOf(statements[service] ?? []);
    const asks = callsOf(service);
    return [
      ...[...may].filter(right => !asks.has(right)).map(right => `${service} may ${right} and never does`),
      ...[...asks].filter(right => !may.has(right)).map(right => `${service} needs ${right}`),
    ];
  });
}

function rightsOf(statements: Statements[string]): Set<string> {
  return new Set(
    statements.flatMap(({ actions, resources }) =>
      actions.flatMap(action => resources.map(resource => `${action} on ${targetOf(resource)}`)),
    ),
  );
}

function callsOf(service: string): Set<string> {
  const own = CALLS.filter(call => call.service === service);
  return new Set([
    ...CONNECTS.map(action => `${action} on cluster`),
    ...own.flatMap(({ actions, on }) => actions.map(action => `${action} on ${on}`)),
  ]);
}

function targetOf(resource: string | null): string {
  const [, kind] = /^arn:aws:kafka:[^:]+:\d+:(cluster|group|topic)\//.exec(resource ?? '') ?? [];
  if (kind === 'topic') return (resource ?? '').replace(/^.*\//, '/');
  return kind ?? 'elections key';
}

/** Broker settings under the names that topics have for them. */
const AS_TOPICS_SAY: Readonly<Record<string, string>> = {
  'min.insync.replicas': 'min.insync.replicas',
  'unclean.leader.election.enable': 'unclean.leader.election.enable',
  'log.retention.bytes': 'retention.bytes',
  'log.message.timestamp.type': 'message.timestamp.type',
};

/** Where a topic that names nothing itself would get less than the suite's topics have. */
export function topicDisagreements(
  brokers: Readonly<Record<string, string>>,
  topic: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(AS_TOPICS_SAY)
    .filter(([broker, name]) => brokers[broker] !== topic[name])
    .map(([broker, name]) => `brokers: ${broker} is ${brokers[broker]}, topics have ${name}=${topic[name]}`);
}

/** Pods of which service account get the role of a service. */
export type Association = {
  readonly service: string;
  readonly namespace: string;
  readonly account: string;
};

/**
 * Where a service's role goes to other pods than its own: these would reach nothing.
 * @param accounts the service account of each component, as `namespace/name`.
 */
export function identityDisagreements(
  associations: readonly Association[],
  accounts: ReadonlyMap<string, string>,
): string[] {
  return [...new Set(CALLS.map(({ service }) => service))].flatMap(service => {
    const own = associations.filter(one => one.service === service);
    if (own.length === 0) return [`no pod gets the role of ${service}`];
    const runsAs = accounts.get(service) ?? 'nobody';
    return own
      .map(({ namespace, account }) => `${namespace}/${account}`)
      .filter(given => given !== runsAs)
      .map(given => `the role of ${service} goes to ${given}, and it runs as ${runsAs}`);
  });
}
