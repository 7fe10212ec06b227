import { z } from 'zod';

const count = z.int().min(0);

/**
 * Who handled the latest counted votes of an election with live results: sums over a window that holds many votes and ended
 * some time ago, so that no vote shows by itself. Two windows never overlap, so their difference tells nothing either.
 */
export const flowSchema = z.strictObject({
  electionId: z.string(),
  asOf: z.iso.datetime(),
  /** `null` while no window has had enough votes. */
  window: z.nullable(
    z.strictObject({
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      /** Votes that an ingestion process appended to a partition; those with none are missing. */
      flows: z.array(z.strictObject({ instance: z.string(), partition: count, votes: count })),
    }),
  ),
  /** Of topic `votes`, with the records of all elections. */
  partitions: z.array(
    z.strictObject({
      partition: count,
      /** On the log and not accounted for yet; `null` while Kafka does not say. */
      lagRecords: z.nullable(count),
      /** Which processor has it; `null` while none has, or Kafka does not say. */
      processor: z.nullable(z.string()),
    }),
  ),
  /** Of the votes of all elections acknowledged of late, all ingestion processes together; `null` where it is not known. */
  acknowledgeP99Millis: z.nullable(z.number().min(0)),
  /** How far the slowest database replica behind the live totals is; `null` where primaries are read. */
  replicaLagMillis: z.nullable(count),
});
export type Flow = z.infer<typeof flowSchema>;
