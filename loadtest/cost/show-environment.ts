import { table } from '@suffrage/stack/table';
import type { EnvironmentCost } from './environment.ts';
import type { Item } from './priced.ts';
import { HOURS_PER_MONTH, type Prices } from './prices.ts';
import { say, shown } from './show.ts';

const HEAD = ['what', 'quantity', 'unit', '$/h', '$/month', 'basis'];
/** Columns of words. */
const LEFT = [0, 2, 5];

/** Prints what an environment costs by being there, and what of its use is not in the sum. */
export function sayEnvironment(name: string, cost: EnvironmentCost, prices: Prices): void {
  say(`${name}, as planned, before a vote is cast; list prices of ${prices.asOf}, ${prices.region}\n`);
  const total = ['all of it', '', '', cost.dollarsPerHour.toFixed(2), shown(cost.dollarsPerMonth), ''];
  for (const line of table([HEAD, ...cost.items.map(row), total], LEFT)) say(line);
  say('\nNot in it, for it depends on use:\n');
  for (const line of table(
    cost.byUse.map(entry => [...entry]),
    [0, 1],
  ))
    say(line);
  say(`\n${[prices.note, ...prices.assumed.map(line => `Assumed: ${line}.`)].join('\n')}`);
}

/** One line for each environment. */
export function summary(costs: ReadonlyMap<string, EnvironmentCost>): string[] {
  const rows = [...costs].map(([name, cost]) => [
    name,
    cost.dollarsPerHour.toFixed(2),
    shown(cost.dollarsPerMonth),
    cost.budget === undefined ? 'none' : shown(cost.budget),
    isOverBudget(cost) ? 'OVER' : '',
    cost.items
      .filter(({ dollarsPerHour }) => dollarsPerHour === undefined)
      .map(({ what }) => what)
      .join(', '),
  ]);
  return table([['environment', '$/h', '$/month', 'budget', '', 'no price'], ...rows], [0, 4, 5]);
}

/** Costs more by being there than its own budget allows, votes not counted. */
export function isOverBudget({ budget, dollarsPerMonth }: EnvironmentCost): boolean {
  return budget !== undefined && dollarsPerMonth > budget;
}

function row({ what, quantity, unit, dollarsPerHour, assumed }: Item): string[] {
  const dollars =
    dollarsPerHour === undefined
      ? ['no price', 'no price']
      : [cents(dollarsPerHour), shown(dollarsPerHour * HOURS_PER_MONTH)];
  return [what, shown(quantity), unit, ...dollars, assumed === undefined ? 'planned' : `assumed: ${assumed}`];
}

/** Small things still show that they cost something. */
function cents(dollars: number): string {
  return dollars < 0.01 ? dollars.toFixed(4) : dollars.toFixed(2);
}
