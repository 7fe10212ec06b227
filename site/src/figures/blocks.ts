import type { AuditFigures, BenchmarkFigures, FaultsFigures, SimulationFigures } from './measured.ts';

export type Figures = {
  readonly faults: FaultsFigures;
  readonly simulation: SimulationFigures;
  readonly benchmark: BenchmarkFigures;
  readonly audit: AuditFigures;
};

/** `make bench` fails, and writes no figures, when the audit of a run has a finding. */
const BALANCED = 'none, or there were no figures';

/** What stands between `<!-- figures: NAME -->` and `<!-- end -->` on the page. */
const blocks: Readonly<Record<string, (figures: Figures) => string>> = {
  summary: ({ faults, simulation, benchmark }) => {
    const lost = sum(faults, 'lost');
    const twice = sum(faults, 'countedTwice');
    return table(
      ['tried by', 'how much', 'acknowledged votes lost', 'counted twice'],
      [
        [
          'real processes, broken',
          `${ran(faults).length} cases, ${count(sum(faults, 'acknowledged'))} votes acknowledged`,
          count(lost),
          count(twice),
        ],
        [
          'simulation',
          `${count(simulation.seeds)} seeds, ${count(simulation.acknowledged)} acknowledgements, ${count(simulation.crashes)} crashes`,
          violated(simulation),
          violated(simulation),
        ],
        [
          'benchmark, every vote audited',
          `${count(benchmark.audited.runs)} runs, ${count(benchmark.audited.records)} records`,
          BALANCED,
          BALANCED,
        ],
      ],
    );
  },
  faults: ({ faults }) =>
    [
      `${measured(faults)} ${tried(faults)} The longest wait for an acknowledgement and the time until everything was accounted for again:`,
      '',
      table(
        ['case', 'acknowledged', 'lost', 'counted twice', 'stall', 'recovery'],
        ran(faults)
          .toSorted((a, b) => b.longestAckStallMs - a.longestAckStallMs)
          .slice(0, 12)
          .map(({ name, acknowledged, lost, countedTwice, longestAckStallMs, recoveryMs }) => [
            name,
            count(acknowledged),
            count(lost),
            count(countedTwice),
            seconds(longestAckStallMs),
            seconds(recoveryMs),
          ]),
      ),
      '',
      'These are the twelve with the longest wait; all of them are in [Zero loss, tried](design/zero-loss.md).',
    ].join('\n'),
  allFaults: ({ faults }) =>
    [
      `${measured(faults)} ${tried(faults)}`,
      '',
      table(
        [
          'case',
          'result',
          'seed',
          'acknowledged',
          'lost',
          'twice',
          'unknown',
          'stall',
          'recovery',
          'kills',
          'votes/s',
        ],
        faults.cases.map(one => [
          one.name,
          one.reason === undefined ? one.status : `${one.status}: ${one.reason}`,
          String(one.seed),
          count(one.acknowledged),
          count(one.lost),
          count(one.countedTwice),
          count(one.unknownOutcome),
          seconds(one.longestAckStallMs),
          seconds(one.recoveryMs),
          count(one.kills),
          count(one.votesPerSecond),
        ]),
      ),
    ].join('\n'),
  audit: ({ audit }) => {
    const { withoutSignatures: plain, withSignatures: signed } = audit;
    const of = (name: string, run: { perSecond: number; auditByTime: number; auditByCpu: number }) => [
      name,
      count(run.perSecond),
      String(run.auditByTime),
      String(run.auditByCpu),
    ];
    const run = (name: string, { records, perSecond, cpuSeconds, peakMiB }: typeof plain | typeof signed) => [
      name,
      count(records),
      count(perSecond),
      ((1e6 * cpuSeconds) / records).toFixed(1),
      `${count(peakMiB)} MiB`,
    ];
    return [
      measured(audit),
      '',
      table(
        ['audit', 'records', 'records/s', 'CPU µs a record', 'most memory'],
        [run('tokens not verified', plain), run('tokens verified', signed)],
      ),
      '',
      table(
        ['beside it, doing nothing else', 'a second', 'audit, by time', 'by CPU'],
        [
          of('the topic read as a stream of the Kafka client', plain.plainStream),
          of("the same client's fetches, decoded", plain.clientFetches),
          of("the audit's own reader", plain.ownReader),
          [
            'tokens verified on all cores',
            count(signed.bareVerification.perSecond),
            String(signed.ofBareVerification),
            String(signed.ofBareVerificationByCpu),
          ],
        ],
      ),
    ].join('\n');
  },
  simulation: ({ simulation }) =>
    [
      `${measured(simulation)} ${count(simulation.seeds)} seeds with ${simulation.faultKinds} kinds of faults: ${count(simulation.votes)} votes planned, ${count(simulation.acknowledged)} acknowledgements, ${count(simulation.records)} records on the log, ${count(simulation.crashes)} crashes; ${count(simulation.failed)} seeds broke an invariant. With its mutants it took ${count(Math.round(simulation.seconds))} s.`,
      '',
      table(
        ['code changed to be wrong', 'found by seed'],
        simulation.mutants.map(({ name, seed }) => [name, seed === null ? 'NOT FOUND' : String(seed)]),
      ),
    ].join('\n'),
  targets: ({ benchmark }) =>
    [
      `${measured(benchmark)} Commit ${benchmark.commit}. CPU of a vote, µs:`,
      '',
      table(
        ['', 'measured', 'floor', 'floor ÷ measured'],
        Object.entries(benchmark.cpuMicrosPerVote).map(([name, micros]) => [
          words(name),
          String(micros),
          String(benchmark.floors[name]),
          (benchmark.efficiency[name] ?? Number.NaN).toFixed(2),
        ]),
      ),
      '',
      table(
        ['', 'measured', 'must', ''],
        benchmark.targets.map(({ figure, measured: value, must, atMost, isMet }) => [
          figure,
          String(value ?? 'not measured'),
          `${atMost ? '≤' : '≥'} ${must}`,
          isMet ? 'met' : 'missed',
        ]),
      ),
    ].join('\n'),
  paths: ({ benchmark }) =>
    table(
      [
        '',
        'votes/s',
        'acknowledged p50, ms',
        'p99, ms',
        'published p99, ms',
        'servers, µs of CPU a vote',
        'brokers among them',
      ],
      benchmark.paths.map(path => [
        path.way,
        count(path.votesPerSecond),
        String(path.acknowledgedP50 ?? '–'),
        String(path.acknowledgedP99 ?? '–'),
        String(path.publishedP99 ?? '–'),
        count(Math.round(path.serverMicros)),
        count(Math.round(path.brokerMicros)),
      ]),
    ),
  benchmark: ({ benchmark }) =>
    [
      `${measured(benchmark)} Commit ${benchmark.commit}.`,
      '',
      table(
        ['CPU per vote', 'Suffrage, µs', 'floor beside it, µs'],
        Object.entries(benchmark.cpuMicrosPerVote).map(([name, micros]) => [
          words(name),
          count(micros),
          count(benchmark.floors[name] ?? Number.NaN),
        ]),
      ),
      '',
      `At half load: acknowledged within ${benchmark.ackP99MillisAtHalfLoad} ms and published within ${benchmark.publishedP99MillisAtHalfLoad} ms in 99 of 100 cases; saturation at ${count(benchmark.saturationVotesPerSecond)} votes/s, with everything, the generator of the load too, on this one machine.`,
    ].join('\n'),
};

/** The text of the page with its blocks filled. @throws Error for a block that is not known or does not end */
export function fillBlocks(text: string, figures: Figures): string {
  return text.replaceAll(
    /<!-- figures: (\w+) -->\n([\s\S]*?)(<!-- end -->|$(?![\s\S]))/g,
    (_, name: string, __: string, end: string) => {
      const block = blocks[name];
      if (!block || !end) throw new Error(`the block ${name} ${block ? 'does not end' : 'is not known'}`);
      return `<!-- figures: ${name} -->\n\n${block(figures)}\n\n${end}`;
    },
  );
}

const ran = ({ cases }: FaultsFigures) => cases.filter(({ status }) => status !== 'skipped');
const tried = (faults: FaultsFigures) => {
  const having = (wanted: string) => faults.cases.filter(({ status }) => status === wanted).length;
  return `${ran(faults).length} cases, ${having('failed')} failed, ${having('skipped')} skipped, ${count(sum(faults, 'kills'))} processes killed.`;
};
const sum = ({ cases }: FaultsFigures, key: 'acknowledged' | 'lost' | 'countedTwice' | 'kills') =>
  cases.reduce((total, one) => total + one[key], 0);
const violated = ({ failed }: SimulationFigures) => (failed === 0 ? '0' : `in ${failed} seeds`);
const measured = ({ command, date, machine }: { command: string; date: string; machine: string }) =>
  `_\`${command}\`, ${date}, ${machine}._`;
const count = (value: number) => (Number.isNaN(value) ? '–' : value.toLocaleString('en-GB'));
const seconds = (millis: number) => `${(millis / 1_000).toFixed(1)} s`;
const words = (name: string) => name.replaceAll(/([A-Z])/g, ' $1').toLowerCase();

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
