import { z } from 'zod';
import { round, total, totalOfServers } from './processes.ts';

const compared = z.object({
  ingestionRest: z.number(),
  ingestionGrpc: z.number(),
  ingestionGrpcStream: z.number(),
  ingestionGrpcMany: z.number(),
  ingestionGrpcBulk: z.number(),
  processor: z.number(),
  broker: z.number(),
  postgres: z.number(),
  wholePathRest: z.number(),
});
const efficiency = z.object({
  cpuMicrosPerVote: compared,
  floors: compared,
  efficiency: compared,
});
const millis = z.object({ p50: z.number().nullable(), p99: z.number().nullable() });
const window = z.object({
  rate: z.number(),
  acknowledgedMillis: millis,
  acknowledgedToPublishedMillis: millis,
  cpuMicrosPerVote: z.record(z.string(), z.number()),
});
const endToEnd = z.object({ saturationVotesPerSecond: z.number(), halfLoad: window });
const brokers = z.object({ one: window, three: window });
const overload = z.object({
  goodputRatio: z.number(),
  overload: z.object({ refusedMillis: z.object({ p50: z.number().nullable() }) }),
});
const duplicates = z.object({ duplicateCostRatio: z.number() });
const tokens = z.object({ efficiency: z.number() });
const telemetry = z.object({ overhead: z.number() });
const growth = z.object({
  stored: z.number(),
  partitions: z.number(),
  shards: z.number(),
  serverMicrosPerVote: z.number(),
});

/** One way through the whole path, at one rate; latencies in milliseconds. */
type Path = {
  readonly way: string;
  readonly votesPerSecond: number;
  readonly acknowledgedP50: number | null;
  readonly acknowledgedP99: number | null;
  readonly publishedP99: number | null;
  /** CPU of all server processes for a vote. */
  readonly serverMicros: number;
  /** And of the brokers among them. */
  readonly brokerMicros: number;
};

/** What the targets are held against. `null` where its cell was not measured. */
export type Summary = {
  /** Each transport at half of what saturates it, and three brokers beside one. */
  readonly paths: readonly Path[];
  readonly cpuMicrosPerVote: z.infer<typeof compared> | null;
  readonly efficiency: z.infer<typeof compared> | null;
  /** With votes of `pseudonymous` elections; everything else is of `secret` ones. */
  readonly efficiencyPseudonymous: z.infer<typeof compared> | null;
  readonly floors: Readonly<Record<string, unknown>>;
  readonly ackP99MillisAtHalfLoad: number | null;
  readonly publishedP99MillisAtHalfLoad: number | null;
  readonly saturationVotesPerSecond: number | null;
  /** Over REST. */
  readonly overloadGoodputRatio: number | null;
  readonly refusalP50MillisAtOverload: number | null;
  /** The same of up to 100 votes in a call. */
  readonly overloadGoodputRatioGrpc: number | null;
  readonly refusalP50MillisAtOverloadGrpc: number | null;
  readonly duplicateCostRatio: number | null;
  /** Cost of a vote with the most votes stored, against that with the fewest. */
  readonly growthRatio: number | null;
  /** A raw RSA operation, of what a blind token costs the registrar. */
  readonly tokenEfficiency: number | null;
  /** Of CPU time for a vote without telemetry. */
  readonly telemetryOverhead: number | null;
};

export function summarise(cells: Readonly<Record<string, unknown>>): Summary {
  const share = efficiency.optional().parse(cells['efficiency secret']);
  const path = endToEnd.optional().parse(cells['end to end rest secret 0 % duplicates']);
  const flood = overload.optional().parse(cells['overload rest']);
  const manyFlood = overload.optional().parse(cells['overload grpc-many']);
  const storm = duplicates.optional().parse(cells['duplicates secret']);
  const bare = z.record(z.string(), z.unknown()).optional().parse(cells['bare floors']);
  return {
    paths: pathsOf(cells),
    cpuMicrosPerVote: share?.cpuMicrosPerVote ?? null,
    efficiency: share?.efficiency ?? null,
    efficiencyPseudonymous: efficiency.optional().parse(cells['efficiency pseudonymous'])?.efficiency ?? null,
    floors: { ...share?.floors, ...bare },
    ackP99MillisAtHalfLoad: path?.halfLoad.acknowledgedMillis.p99 ?? null,
    publishedP99MillisAtHalfLoad: path?.halfLoad.acknowledgedToPublishedMillis.p99 ?? null,
    saturationVotesPerSecond: path?.saturationVotesPerSecond ?? null,
    overloadGoodputRatio: flood?.goodputRatio ?? null,
    overloadGoodputRatioGrpc: manyFlood?.goodputRatio ?? null,
    refusalP50MillisAtOverload: flood?.overload.refusedMillis.p50 ?? null,
    refusalP50MillisAtOverloadGrpc: manyFlood?.overload.refusedMillis.p50 ?? null,
    duplicateCostRatio: storm?.duplicateCostRatio ?? null,
    growthRatio: growthRatio(cells),
    telemetryOverhead: telemetry.optional().parse(cells.telemetry)?.overhead ?? null,
    tokenEfficiency: tokens.optional().parse(cells.tokens)?.efficiency ?? null,
  };
}

const TRANSPORT = /^end to end (\S+) secret 0 %/;

function pathsOf(cells: Readonly<Record<string, unknown>>): Path[] {
  const transports = Object.entries(cells).flatMap(([name, cell]) => {
    const transport = TRANSPORT.exec(name)?.[1];
    return transport === undefined ? [] : [pathOf(transport, endToEnd.parse(cell).halfLoad)];
  });
  const measured = brokers.optional().parse(cells['three brokers']);
  if (!measured) return transports;
  return [
    ...transports,
    pathOf('rest, one broker', measured.one),
    pathOf('rest, three brokers', measured.three),
  ];
}

function pathOf(way: string, measured: z.infer<typeof window>): Path {
  const { cpuMicrosPerVote: micros } = measured;
  const ofBrokers = Object.entries(micros).filter(([name]) => name.startsWith('broker'));
  return {
    way,
    votesPerSecond: measured.rate,
    acknowledgedP50: measured.acknowledgedMillis.p50,
    acknowledgedP99: measured.acknowledgedMillis.p99,
    publishedP99: measured.acknowledgedToPublishedMillis.p99,
    serverMicros: round(totalOfServers(micros)),
    brokerMicros: round(total(Object.fromEntries(ofBrokers))),
  };
}

/** Between cells that differ in nothing but the number of stored votes. */
function growthRatio(cells: Readonly<Record<string, unknown>>): number | null {
  const measured = Object.entries(cells)
    .filter(([name]) => name.startsWith('growth '))
    .map(([, cell]) => growth.parse(cell))
    .filter(({ stored, partitions, shards }) => stored > 0 && partitions === 8 && shards === 1)
    .toSorted((a, b) => a.stored - b.stored);
  const [fewest, most] = [measured[0], measured.at(-1)];
  if (!fewest || !most || fewest === most) return null;
  return twoDigits(most.serverMicrosPerVote / fewest.serverMicrosPerVote);
}

function twoDigits(value: number): number {
  return Math.round(value * 100) / 100;
}
