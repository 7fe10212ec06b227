import { table } from '@suffrage/stack/table';
import type { Cost, Line, Wish } from './model.ts';
import type { Prices } from './prices.ts';
import { say, shown } from './show.ts';

const HEAD = ['what', 'quantity', 'unit', '$/h', 'basis', 'how'];
/** Columns of words. */
const LEFT = [0, 2, 4, 5];

/** Prints what a rate needs and costs. */
export function sayRate({ rate, votes, transport }: Wish, cost: Cost, prices: Prices): void {
  say(
    `${shown(rate)} votes/s over ${transport}, ${shown(votes)} votes; list prices of ${prices.asOf}, ${prices.region}\n`,
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
