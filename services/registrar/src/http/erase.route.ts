import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { FindManager } from '../managers.ts';
import type { EraseElection } from '../voters/erase-election.ts';

/** `POST /v1/elections/{id}/erase`: destroys keys, roll and pseudonyms after the retention period. */
export function eraseRoute(server: HttpServer, eraseElection: EraseElection, findManager: FindManager): void {
  const schema = {
    summary: 'Destroy what an election keeps of its voters',
    params: z.strictObject({ electionId: z.string().max(63) }),
    response: { 200: z.strictObject({ erasedAt: z.string() }), ...problemResponses },
  };
  server.post('/v1/elections/:electionId/erase', { schema }, async (request, reply) => {
    if (!findManager(request.headers.authorization)) return sendRefusal(reply, refuse('unauthorized'));
    const result = await eraseElection(request.params.electionId);
    return result.ok ? reply.send({ erasedAt: result.erasedAt }) : sendRefusal(reply, result);
  });
}
