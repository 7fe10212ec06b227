import { z } from 'zod';

/**
 * A numbered, complete copy of an election's tallies. A greater `version` never has fewer records behind it: it is the
 * number of log records accounted for, summed over partitions. Totals are provisional until the election is closed.
 */
export const snapshotSchema = z.strictObject({
  electionId: z.string(),
  version: z.int().min(0),
  /** Votes counted. */
  counted: z.int().min(0),
  /** `null` while the election's policy hides results until it is closed. */
  contests: z.nullable(
    z.array(
      z.strictObject({
        id: z.string(),
        options: z.array(z.strictObject({ id: z.string(), votes: z.int() })),
      }),
    ),
  ),
  /** How many records each ingestion process appended that were counted, those superseded later included. */
  ingestion: z.array(z.strictObject({ instance: z.string(), votes: z.int() })),
  /** When the tallies were read. */
  asOf: z.iso.datetime(),
  /** How far the slowest database replica that they were read from was behind, at most; absent when primaries were read. */
  replicaLagMillis: z.int().min(0).optional(),
  provisional: z.boolean(),
  /** The result has no effect, whatever was counted, for this reason and since then. */
  annulled: z.strictObject({ reason: z.string(), at: z.iso.datetime() }).optional(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/** How many votes were counted when, oldest first: what an aggregator remembers, thinned as time goes by. */
export const courseSchema = z.strictObject({
  electionId: z.string(),
  points: z.array(z.strictObject({ at: z.iso.datetime(), counted: z.int().min(0) })),
});
export type Course = z.infer<typeof courseSchema>;

/** What became of one log record. */
export const recordOutcomes = [
  'counted',
  'superseded',
  'older-revision',
  'duplicate',
  'rejected',
  'quarantined',
] as const;
export type RecordOutcome = (typeof recordOutcomes)[number];

/** From strongest to weakest; *duplicate* is a record's outcome, never a vote's status. */
export const voteStatuses = [
  'counted',
  'superseded',
  'older-revision',
  'quarantined',
  'rejected',
  'unknown',
] as const;

export const voteStatusSchema = z.object({
  electionId: z.string(),
  voteId: z.string(),
  /** `unknown`: no record of this vote has been processed yet. */
  status: z.enum(voteStatuses),
  /** Why, for `rejected` and `quarantined`. */
  code: z.string().optional(),
  /**
   * Of a counted vote: where its record lies, and when it was cast. Not of `secret` elections that have closed: their votes
   * are exported by vote ID, and times beside them would tell the order of casting.
   */
  record: z
    .strictObject({ partition: z.int().min(0), offset: z.int().min(0), castAt: z.iso.datetime() })
    .optional(),
});
export type VoteStatus = z.infer<typeof voteStatusSchema>;

/**
 * The status of a vote as the aggregator saw it at `statedAt`, signed with its results key (`signed-statement.ts`), for whoever
 * needs it in writing. A status may still change: what is stated is that it was so.
 */
export const voteStatementSchema = z.strictObject({
  kind: z.literal('vote-status'),
  electionId: z.string(),
  voteId: z.string(),
  status: z.enum(voteStatuses).exclude(['unknown']),
  code: z.string().optional(),
  statedAt: z.iso.datetime(),
  resultsKeyId: z.string(),
  signature: z.string(),
});
export type VoteStatement = z.infer<typeof voteStatementSchema>;
