import { table } from '@suffrage/stack/table';
import type { Summary } from './summarise.ts';
import type { Target } from './targets.ts';

export function printSummary(
  summary: Summary,
  targets: readonly Target[],
  say: (line: string) => void,
): void {
  const names = [
    'ingestionRest',
    'ingestionGrpc',
    'ingestionGrpcStream',
    'ingestionGrpcMany',
    'ingestionGrpcBulk',
    'processor',
    'broker',
    'postgres',
    'wholePathRest',
  ] as const;
  const { cpuMicrosPerVote, efficiency, floors, saturationVotesPerSecond } = summary;
  if (cpuMicrosPerVote && efficiency)
    for (const line of table([
      ['CPU µs per vote', 'measured', 'floor', 'efficiency'],
      ...names.map(name => [
        name,
        shown(cpuMicrosPerVote[name]),
        shown(Number(floors[name])),
        shown(efficiency[name]),
      ]),
    ]))
      say(line);
  say('');
  for (const line of table([['', 'measured', 'must', ''], ...targets.map(rowOf)])) say(line);
  say('');
  say(`saturation: ${shown(saturationVotesPerSecond)} votes/s, everything and the client on this machine`);
}

function rowOf({ figure, measured, must, atMost, isMet }: Target): string[] {
  const verdict = isMet === null ? 'not measured' : isMet ? 'ok' : 'missed';
  return [figure, shown(measured), `${atMost ? '≤' : '≥'} ${must.toLocaleString('en')}`, verdict];
}

function shown(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value)
    ? '–'
    : value.toLocaleString('en', { maximumFractionDigits: 3 });
}
