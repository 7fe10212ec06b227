import { z } from 'zod';

/** Where and how figures were measured; the same head in each file of docs/figures. */
const head = { command: z.string(), date: z.iso.date(), machine: z.string() };

export const faultsFigures = z.strictObject({
  ...head,
  cases: z.array(
    z.strictObject({
      name: z.string(),
      seed: z.number(),
      status: z.enum(['ok', 'failed', 'skipped']),
      /** Why it was skipped. */
      reason: z.string().optional(),
      acknowledged: z.number(),
      lost: z.number(),
      countedTwice: z.number(),
      unknownOutcome: z.number(),
      longestAckStallMs: z.number(),
      recoveryMs: z.number(),
      kills: z.number(),
      votesPerSecond: z.number(),
    }),
  ),
});
export const simulationFigures = z.strictObject({
  ...head,
  seeds: z.number(),
  seconds: z.number(),
  failed: z.number(),
  crashes: z.number(),
  votes: z.number(),
  acknowledged: z.number(),
  records: z.number(),
  faultKinds: z.number(),
  mutants: z.array(z.strictObject({ name: z.string(), seed: z.number().nullable() })),
});
export const benchmarkFigures = z.strictObject({
  ...head,
  commit: z.string(),
  cpuMicrosPerVote: z.record(z.string(), z.number()),
  efficiency: z.record(z.string(), z.number()),
  floors: z.record(z.string(), z.number()),
  ackP99MillisAtHalfLoad: z.number(),
  publishedP99MillisAtHalfLoad: z.number(),
  saturationVotesPerSecond: z.number(),
  paths: z.array(
    z.strictObject({
      way: z.string(),
      votesPerSecond: z.number(),
      acknowledgedP50: z.number().nullable(),
      acknowledgedP99: z.number().nullable(),
      publishedP99: z.number().nullable(),
      serverMicros: z.number(),
      brokerMicros: z.number(),
    }),
  ),
  targets: z.array(
    z.strictObject({
      figure: z.string(),
      measured: z.number().nullable(),
      must: z.number(),
      atMost: z.boolean(),
      isMet: z.boolean().nullable(),
    }),
  ),
  audited: z.strictObject({ runs: z.number(), records: z.number() }),
});

const reading = z.object({
  seconds: z.number(),
  perSecond: z.number(),
  auditByTime: z.number(),
  auditByCpu: z.number(),
});
const auditRun = z.object({
  records: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMiB: z.number(),
  perSecond: z.number(),
});
/** How fast the audit is, and what of: bare readers of the same topic, and verification of tokens on all cores. */
const auditRates = {
  withoutSignatures: auditRun.extend({ plainStream: reading, clientFetches: reading, ownReader: reading }),
  withSignatures: auditRun.extend({
    bareVerification: z.object({ perSecond: z.number() }),
    ofBareVerification: z.number(),
    ofBareVerificationByCpu: z.number(),
  }),
};
export const auditFigures = z.strictObject({ ...head, ...auditRates });
export type AuditFigures = z.infer<typeof auditFigures>;
export type FaultsFigures = z.infer<typeof faultsFigures>;
export type SimulationFigures = z.infer<typeof simulationFigures>;
export type BenchmarkFigures = z.infer<typeof benchmarkFigures>;

const machine = z.union([
  z.string(),
  z
    .object({ cpus: z.number(), model: z.string().optional(), memoryGiB: z.number(), node: z.string() })
    .transform(({ cpus, model, memoryGiB, node }) =>
      [`${cpus} CPUs${model ? ` (${model})` : ''}`, `${memoryGiB} GiB`, `Node ${node}`].join(', '),
    ),
]);
const day = z.string().transform(text => text.slice(0, 10));

/** Of out/faults.json. A run of single cases only would be a poor witness. */
export const faultsReport = z
  .object({
    command: z.string(),
    startedAt: day,
    machine,
    cases: z
      .array(faultsFigures.shape.cases.element.loose())
      .min(10, 'run more than a few cases: make faults'),
  })
  .transform(
    (report): FaultsFigures => ({
      command: report.command,
      date: report.startedAt,
      machine: report.machine,
      cases: report.cases.map(one => z.object(faultsFigures.shape.cases.element.shape).parse(one)),
    }),
  );

/** Of out/simulate.json. */
export const simulationReport = z
  .object({
    command: z.string(),
    startedAt: day,
    machine,
    seeds: z.number(),
    seconds: z.number(),
    crashes: z.number(),
    votes: z.number(),
    acknowledged: z.number(),
    records: z.number(),
    failed: z.array(z.unknown()),
    faults: z.record(z.string(), z.number()),
    mutants: z.array(z.object({ name: z.string(), seed: z.number().nullable() })),
  })
  .transform(
    ({ startedAt, failed, faults, ...report }): SimulationFigures => ({
      ...report,
      date: startedAt,
      failed: failed.length,
      faultKinds: Object.keys(faults).length,
    }),
  );

/** Of out/audit-bench.json. */
export const auditReport = z
  .object({ command: z.string(), startedAt: day, machine, ...auditRates })
  .transform(({ startedAt, ...report }): AuditFigures => ({ ...report, date: startedAt }));

/** Of out/bench.json. Every cell that has cast votes has been audited. */
export const benchmarkReport = z
  .object({
    date: z.iso.date(),
    commit: z.string(),
    machine,
    options: z.object({ extent: z.string() }),
    summary: benchmarkFigures
      .omit({ command: true, date: true, machine: true, commit: true, audited: true, targets: true })
      .loose(),
    targets: benchmarkFigures.shape.targets,
    cells: z.record(z.string(), z.object({ audit: z.object({ records: z.number() }).optional() }).nullable()),
  })
  .transform(({ options, summary, cells, ...report }): BenchmarkFigures => {
    const audits = Object.values(cells).flatMap(cell => cell?.audit ?? []);
    return {
      ...report,
      command: options.extent === 'full' ? 'make bench FULL=1' : 'make bench',
      cpuMicrosPerVote: summary.cpuMicrosPerVote,
      efficiency: summary.efficiency,
      floors: summary.floors,
      ackP99MillisAtHalfLoad: summary.ackP99MillisAtHalfLoad,
      publishedP99MillisAtHalfLoad: summary.publishedP99MillisAtHalfLoad,
      saturationVotesPerSecond: summary.saturationVotesPerSecond,
      paths: summary.paths,
      audited: { runs: audits.length, records: audits.reduce((sum, { records }) => sum + records, 0) },
    };
  });
