import { issuedCountSchema } from '@suffrage/contracts/issued-count';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { StateIssued } from '../state-issued.ts';

/** `GET /v1/elections/{id}/issued`: how many tokens the election has given, signed. Everybody may ask. */
export function issuedRoute(server: HttpServer, stateIssued: StateIssued): void {
  const schema = {
    summary: 'How many tokens were given, signed',
    params: z.strictObject({ electionId: z.string().max(63) }),
    response: { 200: issuedCountSchema, ...problemResponses },
  };
  server.get('/v1/elections/:electionId/issued', { schema }, async (request, reply) => {
    const result = await stateIssued(request.params.electionId);
    return result.ok ? reply.send(result.count) : sendRefusal(reply, result);
  });
}
