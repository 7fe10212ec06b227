import { turnoutSchema } from '@suffrage/contracts/turnout';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { TellTurnout } from '../turnout.ts';
import type { Principals } from './guard-routes.ts';
import { electionParams as params } from './schemas.ts';

/** `GET /v1/elections/{id}/turnout`: tokens given, delayed, for those who run the election or watch over it. */
export function turnoutRoute(server: HttpServer, tellTurnout: TellTurnout, { of }: Principals): void {
  const schema = {
    summary: 'Tokens given: rounded up and up to a minute old until the election is official',
    params,
    response: { 200: turnoutSchema, ...problemResponses },
  };
  server.get('/v1/elections/:electionId/turnout', { schema }, async (request, reply) => {
    const result = await tellTurnout(request.params.electionId, of(request).organisation);
    return result.ok ? reply.send(result.turnout) : sendRefusal(reply, result);
  });
}
