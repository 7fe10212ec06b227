import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { EraseElection } from '../voters/erase-election.ts';
import type { Principals } from './guard-routes.ts';
import { electionParams as params } from './schemas.ts';

/** `POST /v1/elections/{id}/erase`: destroys keys, roll and pseudonyms after the retention period. */
export function eraseRoute(server: HttpServer, eraseElection: EraseElection, { of }: Principals): void {
  const schema = {
    summary: 'Destroy what an election keeps of its voters',
    params,
    response: { 200: z.strictObject({ erasedAt: z.string() }), ...problemResponses },
  };
  server.post('/v1/elections/:electionId/erase', { schema }, async (request, reply) => {
    const result = await eraseElection(of(request), request.params.electionId);
    return result.ok ? reply.send({ erasedAt: result.erasedAt }) : sendRefusal(reply, result);
  });
}
