import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { Elections } from '../elections.ts';
import type { FindManager } from '../managers.ts';
import { electionView } from './elections.route.ts';

/** `POST /v1/elections/{id}/seal`, for managers: nothing that is counted may change from then on. */
export function sealRoute(server: HttpServer, elections: Elections, findManager: FindManager): void {
  const schema = {
    summary: 'Seal a closed election',
    params: z.strictObject({ electionId: z.string().max(63) }),
    response: { 200: electionView, ...problemResponses },
  };
  server.post('/v1/elections/:electionId/seal', { schema }, async (request, reply) => {
    if (findManager(request.headers.authorization) === undefined)
      return sendRefusal(reply, refuse('unauthorized'));
    const result = await elections.seal(request.params.electionId);
    return result.ok ? reply.send(result.election) : sendRefusal(reply, result);
  });
}
