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
    eligibility: z.enum(['roll', 'open']),
    opensAt: z.string(),
    closesAt: z.string(),
    timeZone: z.string(),
    resultsPolicy: z.enum(['live', 'after-close']),
    privacyThreshold: z.optional(z.number()),
    resultsKeys: z.optional(z.array(z.object({ keyId: z.string(), publicKey: z.string() }))),
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
  replicaLagMillis: z.optional(z.number()),
  provisional: z.boolean(),
  annulled: z.optional(z.object({ reason: z.string(), at: z.string() })),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export const courseSchema = z.object({
  points: z.array(z.object({ at: z.string(), counted: z.number() })),
});

export const issuedSchema = z.object({
  issued: z.number(),
  exact: z.boolean(),
  roll: z.optional(z.number()),
});

export const flowSchema = z.object({
  asOf: z.string(),
  window: z.nullable(
    z.object({
      from: z.string(),
      to: z.string(),
      flows: z.array(z.object({ instance: z.string(), partition: z.number(), votes: z.number() })),
    }),
  ),
  partitions: z.array(
    z.object({
      partition: z.number(),
      lagRecords: z.nullable(z.number()),
      processor: z.nullable(z.string()),
    }),
  ),
  acknowledgeP99Millis: z.nullable(z.number()),
  replicaLagMillis: z.nullable(z.number()),
});
export type Flow = z.infer<typeof flowSchema>;
