import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { environmentCost } from './environment.ts';
import { costOf } from './model.ts';
import { readMeasured } from './measured.ts';
import { readPlan } from './plan.ts';
import { PRICE_LIST, readPrices, type Prices } from './prices.ts';
import { isOverBudget, sayEnvironment, summary } from './show-environment.ts';
import { sayRate } from './show-rate.ts';
import { say } from './show.ts';

const HELP = `make cost RATE=250000
make cost ENVIRONMENT=production

What an election on AWS needs and costs at so many votes a second, from the last make bench (out/bench.json) and a list of
prices. Every line says whether it was measured, derived from what was measured, or assumed.

  RATE=N            votes a second at the peak (default 250,000)
  VOTES=N           votes in all, for storage (default 300,000,000)
  TRANSPORT=rest    or grpc (default rest)
  PRICES=FILE       another price list (default ${PRICE_LIST.replace(/^.*\/loadtest\//, 'loadtest/')})
  BENCH=FILE        other measurements (default out/bench.json)

Or what an environment of infra/opentofu costs by being there, as the last make infra-check has planned it (out/infra).

  ENVIRONMENT=NAME  dev, staging or production
  PLAN=FILE         a plan of your own, as tofu show -json prints it
  ARGS=--summary    one line for each environment; fails where one costs more than its own budget
`;

const ROOT = resolve(import.meta.dirname, '../..');
const BENCH = join(ROOT, 'out/bench.json');
const ENVIRONMENTS = join(ROOT, 'infra/opentofu/environments');
const PLANS = join(ROOT, 'out/infra/infra/opentofu/environments');

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
      environment: { type: 'string' },
      plan: { type: 'string' },
      summary: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return say(HELP);
  const prices = readPrices(values.prices);
  if (values.summary) return allEnvironments(prices);
  const { environment, plan } = values;
  if (environment === undefined && plan === undefined) return oneRate(values, prices);
  const file = plan ?? planOf(environment ?? '');
  sayEnvironment(environment ?? file, environmentCost(readPlan(file), prices), prices);
}

function oneRate(
  values: Readonly<Record<'rate' | 'votes' | 'transport' | 'bench', string>>,
  prices: Prices,
): void {
  const { transport } = values;
  if (transport !== 'rest' && transport !== 'grpc')
    throw new Error(`TRANSPORT is rest or grpc, not ${transport}`);
  const wish = {
    rate: positive('RATE', values.rate),
    votes: positive('VOTES', values.votes),
    transport,
  } as const;
  sayRate(wish, costOf(wish, readMeasured(values.bench), prices), prices);
}

function allEnvironments(prices: Prices): void {
  const costs = new Map(
    readdirSync(ENVIRONMENTS).map(name => [name, environmentCost(readPlan(planOf(name)), prices)] as const),
  );
  for (const line of summary(costs)) say(line);
  if ([...costs.values()].some(isOverBudget)) process.exitCode = 1;
}

/** That of the second apply, which makes what the first can't, where there is one. */
function planOf(environment: string): string {
  const known = readdirSync(ENVIRONMENTS);
  if (!known.includes(environment))
    throw new Error(`ENVIRONMENT is one of ${known.join(', ')}, not ${environment}`);
  const second = join(PLANS, environment, 'second.json');
  return existsSync(second) ? second : join(PLANS, environment, 'plan.json');
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name} must be a number above 0, not ${text}`);
  return value;
}
