import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * What is allowed: SPDX identifiers of licences; packages whose licence is not among them, and deprecated packages, each with
 * the reason why it stays.
 */
const policy = z.strictObject({
  licences: z.array(z.string()),
  licencesOf: z.record(z.string(), z.string().min(1)),
  deprecated: z.record(z.string(), z.string().min(1)),
});
export type Policy = z.infer<typeof policy>;

export function loadPolicy(file = join(import.meta.dirname, 'policy.json')): Policy {
  return policy.parse(JSON.parse(readFileSync(file, 'utf8')));
}
