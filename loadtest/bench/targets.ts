import type { Summary } from './summarise.ts';

/** What must hold, and what was measured: `null` where its cell was left out. */
export type Target = {
  readonly figure: string;
  readonly measured: number | null;
  readonly must: number;
  /** Otherwise at least. */
  readonly atMost: boolean;
  /** `null` where nothing was measured. */
  readonly isMet: boolean | null;
};

type Rule = Omit<Target, 'measured' | 'isMet'> & {
  readonly of: (summary: Summary) => number | null | undefined;
};

const atLeast = (must: number, figure: string, of: Rule['of']): Rule => ({ figure, of, must, atMost: false });
const atMost = (must: number, figure: string, of: Rule['of']): Rule => ({ figure, of, must, atMost: true });

const RULES: readonly Rule[] = [
  atLeast(0.75, 'efficiency, ingestion REST', s => s.efficiency?.ingestionRest),
  atLeast(0.7, 'efficiency, ingestion gRPC, best way', s => s.efficiency?.ingestionGrpc),
  atLeast(0.7, 'the same, pseudonymous', s => s.efficiencyPseudonymous?.ingestionGrpc),
  atLeast(0.65, 'efficiency, processor', s => s.efficiency?.processor),
  atLeast(0.6, 'efficiency, whole path', s => s.efficiency?.wholePathRest),
  atLeast(0.7, 'efficiency, tokens', s => s.tokenEfficiency),
  atMost(25, 'acknowledged, p99 ms at half load', s => s.ackP99MillisAtHalfLoad),
  atMost(2_000, 'published, p99 ms at half load', s => s.publishedP99MillisAtHalfLoad),
  atLeast(0.8, 'goodput in overload, of saturation, REST', s => s.overloadGoodputRatio),
  atLeast(0.8, 'the same, many in a gRPC call', s => s.overloadGoodputRatioGrpc),
  atMost(20, 'refused in overload, median ms, REST', s => s.refusalP50MillisAtOverload),
  atMost(20, 'the same, many in a gRPC call', s => s.refusalP50MillisAtOverloadGrpc),
  atMost(1, 'cost of a duplicate, of a fresh vote', s => s.duplicateCostRatio),
  atMost(0.08, 'what telemetry adds', s => s.telemetryOverhead),
  atMost(1.3, 'cost growth with stored votes', s => s.growthRatio),
];

export function targetsOf(summary: Summary): Target[] {
  return RULES.map(({ of, ...rule }) => {
    const measured = of(summary) ?? null;
    const isMet = measured === null ? null : rule.atMost ? measured <= rule.must : measured >= rule.must;
    return { ...rule, measured, isMet };
  });
}
