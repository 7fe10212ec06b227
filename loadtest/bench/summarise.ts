import { z } from 'zod';

const compared = z.object({
  ingestionRest: z.number(),
  ingestionGrpc: z.number(),
  processor: z.number(),
  broker: z.number(),
  postgres: z.number(),
  wholePathRest: z.number(),
});
const efficiency = z.object({ cpuMicrosPerVote: compared, floors: compared, efficiency: compared });
const quantiles = z.object({ p99: z.number().nullable() });
const window = z.object({
  acceptedPerSecond: z.number(),
  acknowledgedMillis: quantiles,
  acknowledgedToPublishedMillis: quantiles,
});
const endToEnd = z.object({
  saturationVotesPerSecond: z.number(),
  halfLoad: window,
  overload: window.nullable(),
});
const duplicates = z.object({ duplicateCostRatio: z.number() });
const tokens = z.object({ efficiency: z.number() });
const growth = z.object({
  stored: z.number(),
  partitions: z.number(),
  shards: z.number(),
  serverMicrosPerVote: z.number(),
});

/** What the targets are held against. `null` where its cell was not measured. */
export type Summary = {
  readonly cpuMicrosPerVote: z.infer<typeof compared> | null;
  readonly efficiency: z.infer<typeof compared> | null;
  readonly floors: Readonly<Record<string, unknown>>;
  readonly ackP99MillisAtHalfLoad: number | null;
  readonly publishedP99MillisAtHalfLoad: number | null;
  readonly saturationVotesPerSecond: number | null;
  readonly overloadGoodputRatio: number | null;
  readonly duplicateCostRatio: number | null;
  /** Cost of a vote with the most votes stored, against that with the fewest. */
  readonly growthRatio: number | null;
  /** A raw RSA operation, of what a blind token costs the registrar. */
  readonly tokenEfficiency: number | null;
};

export function summarise(cells: Readonly<Record<string, unknown>>): Summary {
  const share = efficiency.optional().parse(cells['efficiency secret']);
  const path = endToEnd.optional().parse(cells['end to end rest secret 0 % duplicates']);
  const storm = duplicates.optional().parse(cells['duplicates secret']);
  const bare = z.record(z.string(), z.unknown()).optional().parse(cells['bare floors']);
  return {
    cpuMicrosPerVote: share?.cpuMicrosPerVote ?? null,
    efficiency: share?.efficiency ?? null,
    floors: { ...share?.floors, ...bare },
    ackP99MillisAtHalfLoad: path?.halfLoad.acknowledgedMillis.p99 ?? null,
    publishedP99MillisAtHalfLoad: path?.halfLoad.acknowledgedToPublishedMillis.p99 ?? null,
    saturationVotesPerSecond: path?.saturationVotesPerSecond ?? null,
    overloadGoodputRatio: path?.overload
      ? twoDigits(path.overload.acceptedPerSecond / path.saturationVotesPerSecond)
      : null,
    duplicateCostRatio: storm?.duplicateCostRatio ?? null,
    growthRatio: growthRatio(cells),
    tokenEfficiency: tokens.optional().parse(cells.tokens)?.efficiency ?? null,
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
