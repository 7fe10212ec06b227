import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '@suffrage/stack/table';
import { costOf, type Line } from './model.ts';
import { readMeasured } from './measured.ts';
import { PRICE_LIST, readPrices } from './prices.ts';

const HELP = `make cost RATE=250000

What an election on AWS needs and costs at so many votes a second, from the last make bench (out/bench.json) and a list of
prices. Every line says whether it was measured, derived from what was measured, or assumed.

  RATE=N            votes a second at the peak (default 250,000)
  VOTES=N           votes in all, for storage (default 300,000,000)
  TRANSPORT=rest    or grpc (default rest)
  PRICES=FILE       another price list (default ${PRICE_LIST.replace(/^.*\/loadtest\//, 'loadtest/')})
  BENCH=FILE        other measurements (default out/bench.json)
`;

const BENCH = resolve(import.meta.dirname, '../../out/bench.json');
const HEAD = ['what', 'quantity', 'unit', '$/h', 'basis', 'how'];
/** Columns of words. */
const LEFT = [0, 2, 4, 5];

const say = (line: string) => void process.stdout.write(`${line}\n`);

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      rate: { type: 'string', default: '250000' },
      votes: { type: 'string', default: '300000000' },
      transport: { type: 'string', default: 'rest' },
      prices: { type: 'string', default: PRICE_LIST },
      bench: { type: 'string', default: BENCH },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return say(HELP);
  const { transport } = values;
  if (transport !== 'rest' && transport !== 'grpc')
    throw new Error(`TRANSPORT is rest or grpc, not ${transport}`);
  const wish = {
    rate: positive('RATE', values.rate),
    votes: positive('VOTES', values.votes),
    transport,
  } as const;
  const prices = readPrices(values.prices);
  const cost = costOf(wish, readMeasured(values.bench), prices);
  say(
    `${shown(wish.rate)} votes/s over ${transport}, ${shown(wish.votes)} votes; list prices of ${prices.asOf}, ${prices.region}\n`,
  );
  for (const line of table([HEAD, ...cost.lines.map(row)], LEFT)) say(line);
  say(`\n$${shown(cost.dollarsPerHour)} an hour while everything runs at that size.`);
  say(`$${cost.dollarsPerMillionVotes.toFixed(3)} for a million votes at the full rate.`);
  say(`\n${prices.note}`);
}

function row({ what, value, unit, basis, how, dollarsPerHour }: Line): string[] {
  return [
    what,
    shown(value),
    unit,
    dollarsPerHour === undefined ? '' : dollarsPerHour.toFixed(2),
    basis,
    how,
  ];
}

function shown(value: number): string {
  return new Intl.NumberFormat('en', {
    maximumSignificantDigits: value < 100 ? 3 : 9,
    maximumFractionDigits: 0,
    roundingPriority: 'morePrecision',
  }).format(value < 100 ? value : Math.round(value));
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} must be a number above 0, not ${text}`);
  return value;
}
