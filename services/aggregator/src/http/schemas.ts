import { z } from 'zod';

/** An id that no election can have is an election that does not exist. */
export const electionParams = z.strictObject({ electionId: z.string().max(63) });
