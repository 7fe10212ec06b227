import { electionDefinition } from '@suffrage/contracts/election';
import { type RowFault, rowFaults } from '@suffrage/contracts/roll';
import { z } from 'zod';

/* What the registrar answers managers. Members that are added later are passed over. */

export const electionSchema = z.object({
  definition: electionDefinition,
  phase: z.enum(['draft', 'scheduled', 'open', 'closed', 'sealed']),
  official: z.boolean(),
  /** Of a draft: of its content, which managers edit. */
  revision: z.string().optional(),
  annulled: z.object({ reason: z.string(), at: z.string() }).optional(),
  /** Whether it is one of the manager's organisation. */
  own: z.boolean().optional(),
});
export type ManagedElection = z.infer<typeof electionSchema>;

export const electionsSchema = z.object({ elections: z.array(electionSchema) });

export const principalSchema = z.object({
  subject: z.string(),
  organisation: z.string(),
  roles: z.array(z.string()),
});
export type Principal = z.infer<typeof principalSchema>;

export const givenCodeSchema = z.object({ voter: z.string(), code: z.string() });
export const newKeysSchema = z.object({ tokenKeyId: z.string() });
export const erasureSchema = z.object({ erasedAt: z.string() });

export const rollSchema = z.object({ voters: z.int() });
export const rollChangeSchema = z.object({
  voters: z.int(),
  added: z.int(),
  removed: z.int(),
  changed: z.int(),
});

/** `code` is missing where the registrar is newer than the page. */
const badRowSchema = z.object({
  line: z.int(),
  reason: z.string(),
  code: z
    .custom<RowFault>(code => typeof code === 'string' && Object.hasOwn(rowFaults, code))
    .optional()
    .catch(undefined),
  values: z.record(z.string(), z.union([z.string(), z.number()])).catch({}),
});
export type BadRow = z.infer<typeof badRowSchema>;

/** RFC 9457, and what a refused roll adds: rows by line, the first 1,000 of `rowCount`. */
export const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  field: z.string().optional(),
  rows: z.array(badRowSchema).optional(),
  rowCount: z.int().optional(),
});
export type Problem = z.infer<typeof problemSchema>;
