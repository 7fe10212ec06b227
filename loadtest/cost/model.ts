import type { Measured } from './measured.ts';
import type { Prices } from './prices.ts';

/** `measured` by the benchmark, `derived` by arithmetic from lines above, `assumed`: nobody has measured it here. */
type Basis = 'measured' | 'derived' | 'assumed';

export type Line = {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly basis: Basis;
  readonly how: string;
  /** Only where it costs something by itself. */
  readonly dollarsPerHour?: number;
};

export type Wish = {
  /** Votes a second, at the peak that everything is sized for. */
  readonly rate: number;
  /** In the whole election. */
  readonly votes: number;
  readonly transport: 'rest' | 'grpc';
};

export type Cost = {
  readonly lines: readonly Line[];
  readonly dollarsPerHour: number;
  /** While votes come at the full rate. */
  readonly dollarsPerMillionVotes: number;
};

const ASSUMED = {
  /** How busy a processor may be at the peak. */
  utilisation: 0.6,
  replicas: 3,
  /** CPU of a follower, of what the leader takes for the same records. */
  followerShare: 0.5,
  /** One process, which turns on one core. */
  podVcpu: 1,
  partitionsPerProcessorPod: 2,
  requestBytes: 900,
  answerBytes: 1_400,
  databaseBytesPerVote: 420,
  retentionHours: 30 * 24,
  votesPerConnection: 1,
};
const HOURS_PER_MONTH = 730;
const GIGA = 1e9;

/** What an installation for `wish` needs and costs: every line says where it comes from. */
export function costOf(wish: Wish, measured: Measured, prices: Prices): Cost {
  const lines = [
    ...assumptions(),
    ...services(wish, measured, prices),
    ...kafka(wish, measured, prices),
    ...database(wish, measured, prices),
    ...network(wish, measured, prices),
  ];
  const dollarsPerHour = lines.reduce((sum, line) => sum + (line.dollarsPerHour ?? 0), 0);
  return { lines, dollarsPerHour, dollarsPerMillionVotes: (dollarsPerHour * 1e6) / (wish.rate * 3600) };
}

function assumptions(): Line[] {
  const { utilisation, replicas, followerShare, retentionHours } = ASSUMED;
  const assumed = (what: string, value: number, unit: string, how: string): Line => ({
    what,
    value,
    unit,
    basis: 'assumed',
    how,
  });
  return [
    assumed('busy at the peak', 100 * utilisation, '%', 'the rest is for failures and bursts'),
    assumed('a vCPU there', 1, 'core here', 'a core of another make may be faster or slower by half'),
    assumed('replicas of the log', replicas, '', 'the suite’s own setting'),
    assumed(
      'CPU of a follower',
      100 * followerShare,
      '% of the leader’s',
      'it neither checks nor answers clients',
    ),
    assumed('votes kept', retentionHours, 'hours', 'election and audit window'),
  ];
}

function services({ rate, transport }: Wish, { cpu }: Measured, { compute, cluster, cache }: Prices): Line[] {
  const ingestion = transport === 'rest' ? cpu.ingestionRest : cpu.ingestionGrpc;
  const { podVcpu } = ASSUMED;
  const ingestionVcpu = vcpu(rate, ingestion);
  const processorVcpu = vcpu(rate, cpu.processor);
  const nodes = Math.ceil((ingestionVcpu + processorVcpu) / compute.vcpu);
  const caches = Math.max(2, Math.ceil(vcpu(rate, cpu.redis) / cache.vcpu));
  return [
    {
      what: `ingestion, ${transport}`,
      value: ingestion,
      unit: 'µs/vote',
      basis: 'measured',
      how: 'summary.cpuMicrosPerVote',
    },
    { what: 'ingestion vCPU', value: ingestionVcpu, unit: 'vCPU', basis: 'derived', how: 'rate × µs ÷ busy' },
    {
      what: 'ingestion pods',
      value: Math.ceil(ingestionVcpu / podVcpu),
      unit: 'pods',
      basis: 'derived',
      how: `${podVcpu} vCPU each`,
    },
    {
      what: 'processor',
      value: cpu.processor,
      unit: 'µs/vote',
      basis: 'measured',
      how: 'summary.cpuMicrosPerVote',
    },
    { what: 'processor vCPU', value: processorVcpu, unit: 'vCPU', basis: 'derived', how: 'rate × µs ÷ busy' },
    {
      what: 'processor pods',
      value: processorPods(rate, cpu.processor),
      unit: 'pods',
      basis: 'derived',
      how: `${podVcpu} vCPU each`,
    },
    {
      what: 'nodes for both',
      value: nodes,
      unit: compute.type,
      basis: 'derived',
      how: `${compute.vcpu} vCPU each`,
      dollarsPerHour: nodes * compute.perHour,
    },
    {
      what: 'registrar, aggregator, page, telemetry',
      value: 3,
      unit: compute.type,
      basis: 'assumed',
      how: 'one in each zone',
      dollarsPerHour: 3 * compute.perHour,
    },
    {
      what: 'Kubernetes control plane',
      value: 1,
      unit: 'cluster',
      basis: 'assumed',
      how: 'EKS',
      dollarsPerHour: cluster.perHour,
    },
    {
      what: 'Redis',
      value: caches,
      unit: cache.type,
      basis: 'derived',
      how: `${round(cpu.redis)} µs/vote measured, at least two`,
      dollarsPerHour: caches * cache.perHour,
    },
  ];
}

function kafka({ rate, votes }: Wish, { cpu, logBytes }: Measured, prices: Prices): Line[] {
  const { broker, brokerStoragePerGigabyteMonth } = prices;
  const { replicas, followerShare, partitionsPerProcessorPod } = ASSUMED;
  const share = 1 + (replicas - 1) * followerShare;
  const brokerVcpu = vcpu(rate, cpu.broker * share);
  // Written by the producer and by each follower's fetch, read by them and by the processor.
  const megabytes = (rate * logBytes * (2 * replicas)) / 1e6;
  const wanted = Math.max(
    brokerVcpu / broker.vcpu,
    megabytes / (broker.megabytesPerSecond * ASSUMED.utilisation),
  );
  const brokers = Math.max(3, 3 * Math.ceil(wanted / 3));
  const stored = (votes * logBytes * replicas) / GIGA;
  const pods = processorPods(rate, cpu.processor);
  return [
    {
      what: 'broker, one replica',
      value: cpu.broker,
      unit: 'µs/vote',
      basis: 'measured',
      how: 'summary.cpuMicrosPerVote',
    },
    {
      what: 'log, one replica',
      value: logBytes,
      unit: 'bytes/vote',
      basis: 'measured',
      how: 'logBytesPerVote at half load',
    },
    {
      what: 'broker vCPU',
      value: brokerVcpu,
      unit: 'vCPU',
      basis: 'derived',
      how: 'leader and followers ÷ busy',
    },
    {
      what: 'broker network',
      value: megabytes,
      unit: 'MB/s',
      basis: 'derived',
      how: 'in and out of all brokers',
    },
    {
      what: 'brokers',
      value: brokers,
      unit: broker.type,
      basis: 'derived',
      how: 'by CPU and network, alike in three zones',
      dollarsPerHour: brokers * broker.perHour,
    },
    {
      what: 'partitions',
      value: pods * partitionsPerProcessorPod,
      unit: 'partitions',
      basis: 'derived',
      how: `${partitionsPerProcessorPod} for each processor pod`,
    },
    {
      what: 'log stored',
      value: stored,
      unit: 'GB',
      basis: 'derived',
      how: `${votes.toLocaleString('en')} votes × replicas`,
      dollarsPerHour: (stored * brokerStoragePerGigabyteMonth) / HOURS_PER_MONTH,
    },
  ];
}

function database({ rate, votes }: Wish, { cpu, walBytes }: Measured, prices: Prices): Line[] {
  const { database: instance, databaseStoragePerGigabyteMonth } = prices;
  const total = vcpu(rate, cpu.postgres);
  const shards = Math.ceil(total / instance.vcpu);
  const stored = (votes * ASSUMED.databaseBytesPerVote) / GIGA;
  return [
    {
      what: 'PostgreSQL',
      value: cpu.postgres,
      unit: 'µs/vote',
      basis: 'measured',
      how: 'summary.cpuMicrosPerVote',
    },
    {
      what: 'write-ahead log',
      value: (rate * walBytes) / 1e6,
      unit: 'MB/s',
      basis: 'derived',
      how: `${Math.round(walBytes)} bytes/vote measured`,
    },
    { what: 'database vCPU', value: total, unit: 'vCPU', basis: 'derived', how: 'rate × µs ÷ busy' },
    {
      what: 'shards',
      value: shards,
      unit: 'writers',
      basis: 'derived',
      how: `${instance.type}, ${instance.vcpu} vCPU each`,
      dollarsPerHour: shards * instance.perHour,
    },
    {
      what: 'replicas',
      value: shards,
      unit: 'readers',
      basis: 'assumed',
      how: 'one for each shard, takes its place',
      dollarsPerHour: shards * instance.perHour,
    },
    {
      what: 'votes stored',
      value: stored,
      unit: 'GB',
      basis: 'assumed',
      how: `${ASSUMED.databaseBytesPerVote} bytes/vote with indexes`,
      dollarsPerHour: (stored * databaseStoragePerGigabyteMonth) / HOURS_PER_MONTH,
    },
  ];
}

function network({ rate }: Wish, { logBytes }: Measured, prices: Prices): Line[] {
  const perHour = (bytes: number) => (rate * 3600 * bytes) / GIGA;
  const { loadBalancer, perGigabyteBetweenZones, perGigabyteToTheInternet } = prices;
  // Two of three are in another zone: to the broker, from it, to the database.
  const between = perHour((2 / 3) * 3 * logBytes);
  const out = perHour(ASSUMED.answerBytes);
  const units = Math.max(
    perHour(ASSUMED.requestBytes + ASSUMED.answerBytes) / loadBalancer.lcuGigabytesPerHour,
    rate / ASSUMED.votesPerConnection / loadBalancer.lcuNewConnectionsPerSecond,
  );
  return [
    {
      what: 'answers to voters',
      value: out,
      unit: 'GB/h',
      basis: 'assumed',
      how: `${ASSUMED.answerBytes} bytes with headers and TLS`,
      dollarsPerHour: out * perGigabyteToTheInternet,
    },
    {
      what: 'between zones',
      value: between,
      unit: 'GB/h',
      basis: 'derived',
      how: 'broker, processor, database',
      dollarsPerHour: between * perGigabyteBetweenZones,
    },
    {
      what: 'load balancer',
      value: units,
      unit: 'LCU',
      basis: 'assumed',
      how: 'a connection for each voter',
      dollarsPerHour: loadBalancer.perHour + units * loadBalancer.perLcuHour,
    },
  ];
}

function vcpu(rate: number, microsPerVote: number): number {
  return (rate * microsPerVote) / 1e6 / ASSUMED.utilisation;
}

function processorPods(rate: number, microsPerVote: number): number {
  return Math.ceil(vcpu(rate, microsPerVote) / ASSUMED.podVcpu);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
