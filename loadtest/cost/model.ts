import type { Measured } from './measured.ts';
import { HOURS_PER_MONTH, type Prices } from './prices.ts';

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
const GIGA = 1e9;

type MakeLine = (what: string, value: number, unit: string, how: string, dollarsPerHour?: number) => Line;

const lineOf =
  (basis: Basis): MakeLine =>
  (what, value, unit, how, dollarsPerHour) => ({
    what,
    value,
    unit,
    basis,
    how,
    ...(dollarsPerHour === undefined ? {} : { dollarsPerHour }),
  });
const measured = lineOf('measured');
const derived = lineOf('derived');
const assumed = lineOf('assumed');

/** What an installation for `wish` needs and costs: every line says where it comes from. */
export function costOf(wish: Wish, measurements: Measured, prices: Prices): Cost {
  const lines = [
    ...assumptions(),
    ...services(wish, measurements, prices),
    ...kafka(wish, measurements, prices),
    ...database(wish, measurements, prices),
    ...network(wish, measurements, prices),
  ];
  const dollarsPerHour = lines.reduce((sum, line) => sum + (line.dollarsPerHour ?? 0), 0);
  return { lines, dollarsPerHour, dollarsPerMillionVotes: (dollarsPerHour * 1e6) / (wish.rate * 3600) };
}

function assumptions(): Line[] {
  const { utilisation, replicas, followerShare, retentionHours } = ASSUMED;
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
  const ingestion = transport === 'rest' ? cpu.ingestionRest : cpu.ingestionGrpcMany;
  const { podVcpu } = ASSUMED;
  const ingestionVcpu = vcpu(rate, ingestion);
  const processorVcpu = vcpu(rate, cpu.processor);
  const nodes = Math.ceil((ingestionVcpu + processorVcpu) / compute.vcpu);
  const caches = Math.max(2, Math.ceil(vcpu(rate, cpu.redis) / cache.vcpu));
  return [
    measured(
      transport === 'rest' ? 'ingestion, REST' : 'ingestion, gRPC, up to 100 in a call',
      ingestion,
      'µs/vote',
      'summary.cpuMicrosPerVote',
    ),
    derived('ingestion vCPU', ingestionVcpu, 'vCPU', 'rate × µs ÷ busy'),
    derived('ingestion pods', Math.ceil(ingestionVcpu / podVcpu), 'pods', `${podVcpu} vCPU each`),
    measured('processor', cpu.processor, 'µs/vote', 'summary.cpuMicrosPerVote'),
    derived('processor vCPU', processorVcpu, 'vCPU', 'rate × µs ÷ busy'),
    derived('processor pods', processorPods(rate, cpu.processor), 'pods', `${podVcpu} vCPU each`),
    derived('nodes for both', nodes, compute.type, `${compute.vcpu} vCPU each`, nodes * compute.perHour),
    assumed(
      'registrar, aggregator, page, telemetry',
      3,
      compute.type,
      'one in each zone',
      3 * compute.perHour,
    ),
    assumed('Kubernetes control plane', 1, 'cluster', 'EKS', cluster.perHour),
    derived(
      'Redis',
      caches,
      cache.type,
      `${round(cpu.redis)} µs/vote measured, at least two`,
      caches * cache.perHour,
    ),
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
    measured('broker, one replica', cpu.broker, 'µs/vote', 'summary.cpuMicrosPerVote'),
    measured('log, one replica', logBytes, 'bytes/vote', 'logBytesPerVote at half load'),
    derived('broker vCPU', brokerVcpu, 'vCPU', 'leader and followers ÷ busy'),
    derived('broker network', megabytes, 'MB/s', 'in and out of all brokers'),
    derived(
      'brokers',
      brokers,
      broker.type,
      'by CPU and network, alike in three zones',
      brokers * broker.perHour,
    ),
    derived(
      'partitions',
      pods * partitionsPerProcessorPod,
      'partitions',
      `${partitionsPerProcessorPod} for each processor pod`,
    ),
    derived(
      'log stored',
      stored,
      'GB',
      `${votes.toLocaleString('en')} votes × replicas`,
      (stored * brokerStoragePerGigabyteMonth) / HOURS_PER_MONTH,
    ),
  ];
}

function database({ rate, votes }: Wish, { cpu, walBytes }: Measured, prices: Prices): Line[] {
  const { database: instance, databaseStoragePerGigabyteMonth } = prices;
  const total = vcpu(rate, cpu.postgres);
  const shards = Math.ceil(total / instance.vcpu);
  const stored = (votes * ASSUMED.databaseBytesPerVote) / GIGA;
  return [
    measured('PostgreSQL', cpu.postgres, 'µs/vote', 'summary.cpuMicrosPerVote'),
    derived(
      'write-ahead log',
      (rate * walBytes) / 1e6,
      'MB/s',
      `${Math.round(walBytes)} bytes/vote measured`,
    ),
    derived('database vCPU', total, 'vCPU', 'rate × µs ÷ busy'),
    derived(
      'shards',
      shards,
      'writers',
      `${instance.type}, ${instance.vcpu} vCPU each`,
      shards * instance.perHour,
    ),
    assumed('replicas', shards, 'readers', 'one for each shard, takes its place', shards * instance.perHour),
    assumed(
      'votes stored',
      stored,
      'GB',
      `${ASSUMED.databaseBytesPerVote} bytes/vote with indexes`,
      (stored * databaseStoragePerGigabyteMonth) / HOURS_PER_MONTH,
    ),
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
    assumed(
      'answers to voters',
      out,
      'GB/h',
      `${ASSUMED.answerBytes} bytes with headers and TLS`,
      out * perGigabyteToTheInternet,
    ),
    derived(
      'between zones',
      between,
      'GB/h',
      'broker, processor, database',
      between * perGigabyteBetweenZones,
    ),
    assumed(
      'load balancer',
      units,
      'LCU',
      'a connection for each voter',
      loadBalancer.perHour + units * loadBalancer.perLcuHour,
    ),
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
