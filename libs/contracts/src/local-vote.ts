import { z } from 'zod';

/**
 * The answer for a vote that is on one instance's disk only, because the log could not be reached: not acknowledged, no
 * receipt. The instance appends it when the log is back; until there is a receipt the same vote is sent again.
 */
export const localAcceptanceSchema = z.strictObject({
  durability: z.literal('local'),
  electionId: z.string(),
  voteId: z.string(),
});
export type LocalAcceptance = z.infer<typeof localAcceptanceSchema>;

/**
 * `accepted-local`: kept on this instance's disk, not appended yet. `expired-local`: its election closed before this
 * instance could append it; given up without ever having been acknowledged. (An earlier attempt of the same vote may
 * have reached the log all the same: the results tell.)
 */
export const localVoteStatuses = ['accepted-local', 'expired-local'] as const;
export type LocalVoteStatus = (typeof localVoteStatuses)[number];

export const localVoteStatusSchema = z.strictObject({
  electionId: z.string(),
  voteId: z.string(),
  status: z.enum(localVoteStatuses),
});
