import { flowSchema } from '@suffrage/contracts/flow';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { FindFlow } from '../flow/watch-flow.ts';
import { electionParams } from './schemas.ts';

/** `GET /v1/elections/{electionId}/flow`: who handled the latest votes, while the election is open and its results are live. */
export function flowRoute(server: HttpServer, findFlow: FindFlow): void {
  const schema = {
    tags: ['results'],
    summary: 'Who handled the latest votes',
    description:
      'Only of open elections with live results. Sums over windows of 20 votes and 10 s at least, told 10 s after their ' +
      'end; lag, processors and acknowledgement times are those of all elections together.',
    params: electionParams,
    response: { 200: flowSchema, ...problemResponses },
  };
  server.get('/v1/elections/:electionId/flow', { schema }, async (request, reply) => {
    const found = await findFlow(request.params.electionId);
    reply.header('cache-control', 'no-store');
    return found.ok ? reply.send(found.flow) : sendRefusal(reply, found);
  });
}
