import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What the person who approves has seen, and what alone may be applied. */
const reviewFile = z.strictObject({
  environment: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** SHA-256 of the saved plan. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** How many resources are created, updated, deleted. */
  changes: z.record(z.string(), z.number()),
  dollarsPerMonth: z.number(),
});
export type Review = z.infer<typeof reviewFile>;

/** The files of a plan, all in one directory: it is handed from the job that plans to the one that applies. */
export const planFiles = (directory: string) => ({
  plan: join(directory, 'plan.tfplan'),
  shown: join(directory, 'plan.json'),
  review: join(directory, 'review.json'),
});

export function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** @throws Error where the plan is another than the one that was reviewed, or was made of another commit or environment */
export function heldReview(directory: string, environment: string, commit: string): Review {
  const files = planFiles(directory);
  if (!existsSync(files.review) || !existsSync(files.plan))
    throw new Error(
      `${directory} has no reviewed plan: make infra-plan ENVIRONMENT=${environment} makes one`,
    );
  const review = reviewFile.parse(JSON.parse(readFileSync(files.review, 'utf8')));
  if (review.environment !== environment)
    throw new Error(`${directory} has a plan for ${review.environment}, not for ${environment}`);
  if (review.commit !== commit)
    throw new Error(`the plan is of commit ${review.commit}, this is ${commit}: plan again`);
  if (review.digest !== digestOf(files.plan))
    throw new Error(`${files.plan} is not the plan that was reviewed: plan again`);
  return review;
}
