import { electionDefinition } from '@suffrage/contracts/election';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ElectionResult } from '../elections.ts';

export const electionParams = z.strictObject({ electionId: z.string().max(63) });

export const electionView = z.strictObject({
  definition: electionDefinition,
  phase: z.enum(['draft', 'scheduled', 'open', 'closed', 'sealed']),
  official: z.boolean(),
  revision: z.string().optional(),
  annulled: z.strictObject({ reason: z.string(), at: z.iso.datetime() }).optional(),
  own: z.boolean().optional(),
});

export const electionResponses = { 200: electionView, ...problemResponses };

export function sendElection(reply: FastifyReply, result: ElectionResult, status = 200): FastifyReply {
  if (!result.ok) return sendRefusal(reply, result);
  const { revision } = result.election;
  if (revision !== undefined) reply.header('etag', `"${revision}"`);
  return reply.code(status).send(result.election);
}

export const replacesHeaders = z.object({ 'if-match': z.string().optional() });

/** Entity tags of `If-Match` (RFC 9110, 13.1.1); `undefined`: any. What is no tag matches nothing. */
export function replacedRevisions({
  'if-match': tags,
}: z.infer<typeof replacesHeaders>): string[] | undefined {
  if (tags === undefined || tags.trim() === '*') return undefined;
  return tags.split(',').flatMap(tag => /^\s*"([^"]*)"\s*$/.exec(tag)?.[1] ?? []);
}
