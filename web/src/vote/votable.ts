import { electionDefinition } from '@suffrage/contracts/election';
import { z } from 'zod';

/** The whole definition, strictly: a vote commits to the hash of all that the ballot says. */
export const votableSchema = z.object({
  definition: electionDefinition,
  phase: z.enum(['draft', 'scheduled', 'open', 'closed', 'sealed']),
});
export type Votable = z.infer<typeof votableSchema>;
