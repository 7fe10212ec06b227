import { courseSchema } from '@suffrage/contracts/results';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { Courses } from '../courses.ts';
import type { Results } from '../results.ts';
import { electionParams } from './schemas.ts';

/** `GET /v1/elections/{electionId}/results/course`: how many votes were counted when. */
export function courseRoute(server: HttpServer, results: Results, courses: Courses): void {
  const schema = {
    tags: ['results'],
    summary: 'How many votes were counted when',
    description: 'Oldest first, at most 240 points. What Redis lost and no replica remembers is missing.',
    params: electionParams,
    response: { 200: courseSchema, ...problemResponses },
  };
  server.get('/v1/elections/:electionId/results/course', { schema }, async (request, reply) => {
    const result = await results(request.params.electionId);
    reply.header('cache-control', 'no-store');
    if (!result.ok) return sendRefusal(reply, result);
    return reply.send(await courses.of(request.params.electionId));
  });
}
