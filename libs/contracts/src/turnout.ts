import { z } from 'zod';
import type { Snapshot } from './results.ts';

/** How many tokens an election has given, for those who run it: a bound, and up to a minute old, until it is official. */
export const turnoutSchema = z.strictObject({
  electionId: z.string(),
  /** `secret`: tokens given. `pseudonymous`: voters who hold one. Rounded up unless `exact`. */
  issued: z.int().min(0),
  exact: z.boolean(),
  /** Voters on the roll; only where there is one. */
  roll: z.int().min(0).optional(),
  asOf: z.iso.datetime(),
});
export type Turnout = z.infer<typeof turnoutSchema>;

export type Participation = {
  /** Votes. */
  readonly counted: number;
  /** Tokens given whose vote is not counted: not cast, on its way, or rejected. */
  readonly notCounted: number;
  /** `notCounted` is a bound, and may still change. */
  readonly isBound: boolean;
  /** Counted votes of the voters on the roll, 0 to 1. */
  readonly share?: number;
};

/**
 * Puts together what the registrar says and what the results say, which share no database: both are public or rounded, so
 * it may be done anywhere. The two were read at different moments, so the difference is never below 0.
 */
export function participation(
  { issued, exact, roll }: Turnout,
  { counted, provisional }: Pick<Snapshot, 'counted' | 'provisional'>,
): Participation {
  return {
    counted,
    notCounted: Math.max(0, issued - counted),
    isBound: !exact || provisional,
    ...(roll === undefined || roll === 0 ? {} : { share: counted / roll }),
  };
}
