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
  annulled: z.strictObject({ reason: z.string(), at: z.iso.datetime() }).optional(),
  own: z.boolean().optional(),
});

export const electionResponses = { 200: electionView, ...problemResponses };

export function sendElection(reply: FastifyReply, result: ElectionResult, status = 200): FastifyReply {
  return result.ok ? reply.code(status).send(result.election) : sendRefusal(reply, result);
}
