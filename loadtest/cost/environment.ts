import { z } from 'zod';
import type { Planned } from './plan.ts';
import { type Item, PRICED } from './priced.ts';
import { HOURS_PER_MONTH, type Prices } from './prices.ts';
import { BY_USE, FREE } from './unpriced.ts';

/** What an environment costs by being there, before a vote is cast. */
export type EnvironmentCost = {
  /** Alike ones are one. */
  readonly items: readonly Item[];
  /** Of what has a price. */
  readonly dollarsPerHour: number;
  readonly dollarsPerMonth: number;
  /** Types of resources whose use costs more, and what of it. */
  readonly byUse: readonly (readonly [string, string])[];
  /** Dollars a month that the environment's own budget allows; undefined where it has none. */
  readonly budget: number | undefined;
};

/** @throws Error where a resource is of a type that nothing is known about. */
export function environmentCost(plan: readonly Planned[], prices: Prices): EnvironmentCost {
  const types = new Set(plan.map(({ type }) => type));
  const unknown = [...types].filter(type => !isKnown(type));
  if (unknown.length > 0)
    throw new Error(`nobody has said what these cost; name them in loadtest/cost: ${unknown.join(', ')}`);
  const items = together(plan.flatMap(resource => PRICED[resource.type]?.(resource, prices, plan) ?? []));
  const dollarsPerHour = items.reduce((sum, item) => sum + (item.dollarsPerHour ?? 0), 0);
  return {
    items,
    dollarsPerHour,
    dollarsPerMonth: dollarsPerHour * HOURS_PER_MONTH,
    byUse: Object.entries(BY_USE).filter(([type]) => types.has(type)),
    budget: budgetOf(plan),
  };
}

export function isKnown(type: string): boolean {
  return type in PRICED || type in BY_USE || FREE.has(type);
}

function together(items: readonly Item[]): Item[] {
  const alike = Map.groupBy(items, ({ what, unit }) => `${what} ${unit}`);
  return [...alike.values()]
    .flatMap(([first, ...others]) => (first ? [others.reduce(added, first)] : []))
    .toSorted((one, other) => (other.dollarsPerHour ?? 0) - (one.dollarsPerHour ?? 0));
}

function added(one: Item, other: Item): Item {
  const dollarsPerHour =
    one.dollarsPerHour === undefined || other.dollarsPerHour === undefined
      ? undefined
      : one.dollarsPerHour + other.dollarsPerHour;
  return { ...one, quantity: one.quantity + other.quantity, dollarsPerHour };
}

const monthlyBudget = z.object({ time_unit: z.literal('MONTHLY'), limit_amount: z.coerce.number() });

function budgetOf(plan: readonly Planned[]): number | undefined {
  const own = plan.find(({ type }) => type === 'aws_budgets_budget');
  return own && monthlyBudget.parse(own.values).limit_amount;
}
