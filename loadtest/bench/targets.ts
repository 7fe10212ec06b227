import type { Summary } from './summarise.ts';

/** What must hold, and what was measured: `null` where its cell was left out. */
export type Target = {
  readonly figure: string;
  readonly measured: number | null;
  readonly must: number;
  /** Otherwise at least. */
  readonly atMost: boolean;
};

const TARGETS = [
  {
    figure: 'efficiency, ingestion REST',
    of: (s: Summary) => s.efficiency?.ingestionRest,
    must: 0.75,
    atMost: false,
  },
  {
    figure: 'efficiency, ingestion gRPC',
    of: (s: Summary) => s.efficiency?.ingestionGrpc,
    must: 0.7,
    atMost: false,
  },
  { figure: 'efficiency, processor', of: (s: Summary) => s.efficiency?.processor, must: 0.65, atMost: false },
  {
    figure: 'efficiency, whole path',
    of: (s: Summary) => s.efficiency?.wholePathRest,
    must: 0.6,
    atMost: false,
  },
  { figure: 'efficiency, tokens', of: (s: Summary) => s.tokenEfficiency, must: 0.7, atMost: false },
  {
    figure: 'acknowledged, p99 ms at half load',
    of: (s: Summary) => s.ackP99MillisAtHalfLoad,
    must: 25,
    atMost: true,
  },
  {
    figure: 'published, p99 ms at half load',
    of: (s: Summary) => s.publishedP99MillisAtHalfLoad,
    must: 2_000,
    atMost: true,
  },
  {
    figure: 'goodput in overload, of saturation, REST',
    of: (s: Summary) => s.overloadGoodputRatio,
    must: 0.8,
    atMost: false,
  },
  {
    figure: 'the same, many in a gRPC call',
    of: (s: Summary) => s.overloadGoodputRatioGrpc,
    must: 0.8,
    atMost: false,
  },
  {
    figure: 'refused in overload, median ms, REST',
    of: (s: Summary) => s.refusalP50MillisAtOverload,
    must: 20,
    atMost: true,
  },
  {
    figure: 'the same, many in a gRPC call',
    of: (s: Summary) => s.refusalP50MillisAtOverloadGrpc,
    must: 20,
    atMost: true,
  },
  {
    figure: 'cost of a duplicate, of a fresh vote',
    of: (s: Summary) => s.duplicateCostRatio,
    must: 1,
    atMost: true,
  },
  { figure: 'what telemetry adds', of: (s: Summary) => s.telemetryOverhead, must: 0.08, atMost: true },
  { figure: 'cost growth with stored votes', of: (s: Summary) => s.growthRatio, must: 1.3, atMost: true },
] as const;

export function targetsOf(summary: Summary): Target[] {
  return TARGETS.map(({ figure, of, must, atMost }) => ({
    figure,
    measured: of(summary) ?? null,
    must,
    atMost,
  }));
}
