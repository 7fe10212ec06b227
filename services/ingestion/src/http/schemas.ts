import { z } from 'zod';

export const electionParams = z.strictObject({ electionId: z.string().max(63) });

const problem = z.looseObject({ type: z.string(), code: z.string(), title: z.string(), status: z.int() });

export const failures = { '4xx': problem, '5xx': problem };
