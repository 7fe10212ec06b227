import './zod-without-eval.ts';
import * as z from 'zod/mini';

/*
 * The page names only the members that it shows and ignores the rest: a page that stays open while the services are
 * renewed goes on working. `schemas.test.ts` keeps these schemas in step with the contracts.
 */

const texts = z.record(z.string(), z.string());
export type Texts = z.infer<typeof texts>;

const contest = z.object({
  id: z.string(),
  title: texts,
  minSelections: z.number(),
  maxSelections: z.number(),
  options: z.array(z.object({ id: z.string(), title: texts })),
});
export type Contest = z.infer<typeof contest>;

export const electionSchema = z.object({
  definition: z.object({
    id: z.string(),
    title: texts,
    contests: z.array(contest),
    mode: z.enum(['secret', 'pseudonymous']),
    opensAt: z.string(),
    closesAt: z.string(),
    timeZone: z.string(),
    resultsPolicy: z.enum(['live', 'after-close']),
  }),
  phase: z.enum(['draft', 'scheduled', 'open', 'closed', 'sealed']),
});
export type Election = z.infer<typeof electionSchema>;
export type Phase = Election['phase'];

export const electionsSchema = z.object({ elections: z.array(electionSchema) });

export const snapshotSchema = z.object({
  electionId: z.string(),
  version: z.number(),
  counted: z.number(),
  contests: z.nullable(
    z.array(z.object({ id: z.string(), options: z.array(z.object({ id: z.string(), votes: z.number() })) })),
  ),
  ingestion: z.array(z.object({ instance: z.string(), votes: z.number() })),
  asOf: z.string(),
  provisional: z.boolean(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
