import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { environmentCost } from '../../loadtest/cost/environment.ts';
import { readPlan } from '../../loadtest/cost/plan.ts';
import { PRICE_LIST, readPrices } from '../../loadtest/cost/prices.ts';
import { isOverBudget, sayEnvironment } from '../../loadtest/cost/show-environment.ts';
import { digestOf, heldReview, planFiles, type Review } from './review.ts';
import type { RunProgram } from './run-program.ts';

export const environmentNames = ['dev', 'staging', 'production'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** Where the state is: `tofu output -json backend` of infra/opentofu/state prints it. */
export const backend = z.strictObject({
  bucket: z.string().min(1),
  region: z.string().min(1),
  kms_key_id: z.string().min(1),
});

export type Place = {
  readonly root: string;
  readonly name: EnvironmentName;
  readonly state: z.infer<typeof backend>;
  /** Of the environment: account, operators, addresses. */
  readonly variables: string;
  /** Directory of the plan: see `planFiles`. */
  readonly plans: string;
  readonly commit: string;
  readonly tofu: string;
  readonly conftest: string;
};

const directoryOf = ({ root, name }: Place) => join(root, 'infra/opentofu/environments', name);

const LOCK = '.terraform.lock.hcl';

/** @throws Error where no committed file says which provider it is, to the byte */
function begin(run: RunProgram, place: Place): void {
  const directory = directoryOf(place);
  if (!existsSync(join(directory, LOCK)))
    throw new Error(`${directory} has no ${LOCK}: make infra-lock writes it, once; commit it`);
  const settings = Object.entries(place.state).map(([key, value]) => `-backend-config=${key}=${value}`);
  run(place.tofu, ['init', '-input=false', '-no-color', '-reconfigure', '-lockfile=readonly', ...settings], {
    directory,
    shows: true,
  });
}

/**
 * Plans an environment against its real state, and holds the plan against the rules and its budget. When it returns, the plan and
 * its review are in `plans`; when it throws there is no review, and `applyEnvironment` refuses.
 */
export function planEnvironment(run: RunProgram, place: Place): Review {
  const { name, commit, variables, tofu, conftest } = place;
  if (!existsSync(variables))
    throw new Error(
      `${variables} is not there: docs/operate-aws.md says what it holds, VARIABLES= names another`,
    );
  const files = planFiles(place.plans);
  rmSync(place.plans, { recursive: true, force: true });
  mkdirSync(place.plans, { recursive: true });
  const directory = directoryOf(place);
  begin(run, place);
  run(
    tofu,
    ['plan', '-input=false', '-no-color', '-lock-timeout=5m', `-var-file=${variables}`, `-out=${files.plan}`],
    { directory, shows: true },
  );
  const shown = run(tofu, ['show', '-json', files.plan], { directory });
  writeFileSync(files.shown, shown);
  run(
    conftest,
    ['test', '--no-color', ...RULES, ...(isKnown(shown) ? ['--fail-on-warn'] : []), files.shown],
    { directory: place.root, shows: true },
  );
  const review = {
    environment: name,
    commit,
    digest: digestOf(files.plan),
    changes: changesOf(shown),
    dollarsPerMonth: costOf(name, files.shown),
  };
  writeFileSync(files.review, `${JSON.stringify(review, null, 2)}\n`);
  return review;
}

const RULES = ['--namespace', 'opentofu', '--policy', 'policies/opentofu'];

const knownPlan = z.object({
  resource_changes: z
    .array(z.object({ change: z.object({ after_unknown: z.unknown().optional() }) }))
    .default([]),
});

/**
 * Whether the plan leaves nothing for AWS to choose. Rights that hold such a name can't be judged before the apply, and are a warning
 * for who approves; in any other plan a warning is a fault.
 */
function isKnown(shown: string): boolean {
  return knownPlan
    .parse(JSON.parse(shown))
    .resource_changes.every(({ change }) => !holdsTrue(change.after_unknown));
}

/** OpenTofu marks what it does not know by `true`, wherever it stands. */
function holdsTrue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(holdsTrue);
  return value === true;
}

const shownPlan = z.object({
  resource_changes: z.array(z.object({ change: z.object({ actions: z.array(z.string()) }) })).default([]),
});

function changesOf(shown: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { change } of shownPlan.parse(JSON.parse(shown)).resource_changes)
    for (const action of change.actions)
      if (action !== 'no-op' && action !== 'read') counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

/** Prints what the planned environment costs. @throws Error where that is more than its own budget */
function costOf(name: string, shown: string): number {
  const prices = readPrices(PRICE_LIST);
  const cost = environmentCost(readPlan(shown), prices);
  sayEnvironment(name, cost, prices);
  if (isOverBudget(cost))
    throw new Error(
      `${name} would cost ${Math.round(cost.dollarsPerMonth)} dollars a month; its budget is ${cost.budget}`,
    );
  return cost.dollarsPerMonth;
}

/** Applies the plan that was reviewed, to the byte, and no other. @returns the environment's outputs, as OpenTofu prints them */
export function applyEnvironment(run: RunProgram, place: Place): string {
  heldReview(place.plans, place.name, place.commit);
  const directory = directoryOf(place);
  begin(run, place);
  run(place.tofu, ['apply', '-input=false', '-no-color', planFiles(place.plans).plan], {
    directory,
    shows: true,
  });
  return outputsOf(run, place);
}

/** The outputs of what stands, without a plan. */
export function readOutputs(run: RunProgram, place: Place): string {
  begin(run, place);
  return outputsOf(run, place);
}

const outputsOf = (run: RunProgram, place: Place): string =>
  run(place.tofu, ['output', '-json'], { directory: directoryOf(place) });
