import { isRunning } from '@suffrage/stack/process';
import type { Services } from '@suffrage/stack/start-services';
import { auditAll, endOffsets, lagBehind } from '../evidence.ts';
import { placeOf, queryOnce } from '../world.ts';
import type { Mirror } from './mirror.ts';
import type { TwoRegions } from './two-regions.ts';

const NAMES = { first: 'eu-west-1', second: 'eu-central-1' } as const;
const arn = (region: string) => `arn:aws:rds:${region}:111122223333:cluster:registrar`;

/** What tofu output -json would say of them. */
export const OUTPUTS = {
  failover: {
    value: {
      regions: NAMES,
      clusters: NAMES,
      kafka: NAMES,
      global_registrar: 'registrar',
      registrar_arns: { first: arn(NAMES.first), second: arn(NAMES.second) },
      endpoint_groups: { [NAMES.first]: NAMES.first, [NAMES.second]: NAMES.second },
      replicator: 'mirror',
    },
  },
};

export type Surroundings = {
  readonly regions: TwoRegions;
  readonly mirror: Mirror;
  /** Percent of the voters, by region. */
  readonly dials: Record<string, number>;
  /** The suite runs in the second region. */
  readonly onServing: (services: Services) => void;
  /** The audit has ended; no voter has been sent there yet. */
  readonly onAudited: () => Promise<void>;
};

/**
 * Stands for aws, helm, kubectl and curl: what the program of a failover asks of the cloud is done to two installations on this
 * machine. @returns what answers a call
 */
export function operate({ regions, mirror, dials, onServing, onAudited }: Surroundings) {
  const { second, standby, first } = regions;
  const place = placeOf(second);
  let services: Services | undefined;
  let promoted = false;
  let findings: readonly string[] | undefined;

  const promote = async () => {
    const url = new URL(first.infrastructure.postgres.adminUrl);
    url.port = String(standby.part.port);
    await queryOnce(url.href, 'select pg_promote()', []);
    promoted = true;
  };
  const serve = async () => {
    services = await regions.serveInSecond();
    onServing(services);
  };
  const lag = async () => String(await lagBehind(place, await endOffsets(place)));
  const auditSecond = async () => {
    findings = await auditAll(place);
    await onAudited();
  };
  const results = async (url: string) => {
    const path = new URL(url).pathname;
    return (await fetch(`${services?.urls('aggregator')[0] ?? ''}${path}`)).text();
  };

  return async (call: readonly string[]): Promise<string> => {
    const line = call.join(' ');
    const after = (option: string) => call[call.indexOf(option) + 1] ?? '';
    const group = after('--endpoint-group-arn');
    if (line.includes('readyz') && line.includes(NAMES.first)) throw new Error('no route to host');
    // Nothing follows git here.
    if (line.includes('raw=/apis')) return JSON.stringify({ groups: [] });
    if (line.includes('SumOffsetLag')) return lag();
    if (line.includes('get-metric-statistics')) return 'None';
    if (line.includes('describe-endpoint-group')) return String(dials[group]);
    if (line.includes('update-endpoint-group')) dials[group] = Number(after('--traffic-dial-percentage'));
    if (line.includes('list-replicators')) return isRunning(mirror.process) ? 'mirror' : '';
    if (line.includes('delete-replicator')) await mirror.kill();
    if (line.includes('describe-global-clusters')) return arn(promoted ? NAMES.second : NAMES.first);
    if (line.includes('failover-global-cluster')) await promote();
    if (line.startsWith('helm get')) return JSON.stringify({ standby: services === undefined });
    if (line.startsWith('helm upgrade')) await serve();
    if (line.includes('create job')) await auditSecond();
    if (line.includes('get job')) return findings === undefined ? '' : findings.length === 0 ? '1/' : '/1';
    if (line.startsWith('curl')) return results(call.at(-1) ?? '');
    return '';
  };
}
