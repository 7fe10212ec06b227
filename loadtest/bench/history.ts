import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from '@suffrage/stack/machine';
import type { Summary } from './summarise.ts';

const HEADING = `# Benchmarks

Each line is one run of \`make bench HISTORY=1\`. Efficiency is the floor divided by the measured CPU time per vote, both of
that run; CPU times and rates hold for that machine only.

| date | commit | machine | µs per vote, whole path | efficiency: ingestion REST | ingestion gRPC | processor | whole path | acknowledged p99 ms | published p99 ms | saturation votes/s | overload | duplicates | growth |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
`;

/** Adds the run to the table of all runs. */
export function keepHistory(
  file: string,
  {
    date,
    commit,
    machine,
    summary,
  }: { readonly date: string; readonly commit: string; readonly machine: Machine; readonly summary: Summary },
): void {
  const { efficiency, cpuMicrosPerVote } = summary;
  const cells = [
    date,
    commit,
    `${machine.cpus} × ${machine.model}, ${machine.memoryGiB} GiB`,
    cpuMicrosPerVote?.wholePathRest,
    efficiency?.ingestionRest,
    efficiency?.ingestionGrpc,
    efficiency?.processor,
    efficiency?.wholePathRest,
    summary.ackP99MillisAtHalfLoad,
    summary.publishedP99MillisAtHalfLoad,
    summary.saturationVotesPerSecond,
    summary.overloadGoodputRatio,
    summary.duplicateCostRatio,
    summary.growthRatio,
  ];
  const before = existsSync(file) ? readFileSync(file, 'utf8') : HEADING;
  writeFileSync(file, `${before}| ${cells.map(cell => cell ?? '–').join(' | ')} |\n`);
}
