import { z } from 'zod';

export const electionParams = z.strictObject({ electionId: z.string().max(63) });
