import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { z } from 'zod';
import { fillBlocks } from './blocks.ts';
import { auditReport, benchmarkReport, faultsReport, simulationReport } from './measured.ts';
import { figuresDirectory, loadFigures, pageFiles } from './page.ts';

const usage = `make figures: puts what was measured on record, and into the pages that show it
(docs/how-suffrage-loses-no-vote.md, docs/design/zero-loss.md, docs/design/performance.md).

  out/faults.json       of make faults ALL=1         to  docs/figures/faults.json
  out/simulate.json     of make simulate MUTANTS=1   to  docs/figures/simulation.json
  out/bench.json        of make bench                to  docs/figures/benchmark.json
  out/audit-bench.json  of make bench-audit          to  docs/figures/audit.json

A file that is not there leaves what is on record. None of these figures is typed.
`;

const SOURCES = [
  { from: 'faults', to: 'faults', report: faultsReport },
  { from: 'simulate', to: 'simulation', report: simulationReport },
  { from: 'bench', to: 'benchmark', report: benchmarkReport },
  { from: 'audit-bench', to: 'audit', report: auditReport },
] as const;

function main(): number {
  if (process.argv.includes('--help')) {
    process.stdout.write(usage);
    return 0;
  }
  mkdirSync(figuresDirectory, { recursive: true });
  for (const { from, to, report } of SOURCES) {
    const source = join(repositoryDirectory, `out/${from}.json`);
    if (!existsSync(source)) {
      process.stdout.write(`out/${from}.json is not there: docs/figures/${to}.json stays\n`);
      continue;
    }
    const read = report.safeParse(JSON.parse(readFileSync(source, 'utf8')));
    if (!read.success) throw new Error(`out/${from}.json cannot be taken:\n${z.prettifyError(read.error)}`);
    writeFileSync(join(figuresDirectory, `${to}.json`), `${JSON.stringify(read.data, null, 2)}\n`);
    process.stdout.write(`docs/figures/${to}.json: ${read.data.command}, ${read.data.date}\n`);
  }
  const figures = loadFigures();
  for (const page of pageFiles) writeFileSync(page, fillBlocks(readFileSync(page, 'utf8'), figures));
  return 0;
}

process.exitCode = main();
