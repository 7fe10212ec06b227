import { snapshotSchema } from '@suffrage/contracts/results';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { sendWritten } from '@suffrage/runtime/http/written-json';
import type { Results } from '../results.ts';
import { electionParams } from './schemas.ts';

/** `GET /v1/elections/{electionId}/results`: the newest snapshot. */
export function resultsRoute(server: HttpServer, results: Results): void {
  const schema = {
    tags: ['results'],
    summary: 'The newest snapshot of the tallies',
    params: electionParams,
    response: { 200: snapshotSchema, ...problemResponses },
  };
  server.get('/v1/elections/:electionId/results', { schema }, async (request, reply) => {
    const result = await results(request.params.electionId);
    reply.header('cache-control', 'no-store');
    if (!result.ok) return sendRefusal(reply, result);
    // Written when the snapshot came; checking and writing it again per request is not needed.
    return sendWritten(reply, 200, result.published.json);
  });
}
