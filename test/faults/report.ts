import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Machine, thisMachine } from '@suffrage/stack/machine';
import { table } from '@suffrage/stack/table';
import type { CaseResult } from './case-result.ts';

/** What out/faults.json holds. */
export type FaultsReport = {
  readonly command: string;
  readonly startedAt: string;
  readonly machine: Omit<Machine, 'model'>;
  readonly cases: readonly CaseResult[];
};

/** Written after each case, so that an interrupted run leaves what it has shown. */
export function saveReport(file: string, report: Omit<FaultsReport, 'machine'>): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine: thisMachine(), ...report }, null, 2)}\n`);
}

/** @throws Error with the remedy when there is none. */
export function loadReport(file: string): FaultsReport {
  if (!existsSync(file))
    throw new Error(
      `${file} is not there, so there is nothing to add to: run make faults without ADD=1 first`,
    );
  return JSON.parse(readFileSync(file, 'utf8'));
}

const HEAD = [
  'case',
  'seed',
  'result',
  'acknowledged',
  'lost',
  'twice',
  'unknown',
  'stall ms',
  'recovery ms',
  'kills',
  'votes/s',
];

/** One row a case; text left, numbers right. */
export function tableRows(cases: readonly CaseResult[]): string[][] {
  return [
    HEAD,
    ...cases.map(result =>
      [
        result.name,
        result.seed,
        result.status,
        ...(result.status === 'skipped'
          ? ['-', '-', '-', '-', '-', '-', '-', '-']
          : [
              result.acknowledged,
              result.lost,
              result.countedTwice,
              result.unknownOutcome,
              result.longestAckStallMs,
              result.recoveryMs,
              result.kills,
              result.votesPerSecond,
            ]),
      ].map(String),
    ),
  ];
}

export function printTable(cases: readonly CaseResult[]): string {
  return table(tableRows(cases), [0, 2]).join('\n');
}
