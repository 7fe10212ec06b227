import { refuse } from '@suffrage/contracts/errors';
import { problemResponses } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { Elections } from '../elections.ts';
import type { Principals } from './guard-routes.ts';
import { electionParams as params, electionResponses, electionView, sendElection } from './schemas.ts';

/** What everybody may read; with a token, the drafts of its organisation besides. */
export function electionsRoutes(server: HttpServer, elections: Elections, principals: Principals): void {
  server.get(
    '/v1/elections',
    {
      schema: {
        summary: 'List elections',
        response: { 200: z.strictObject({ elections: z.array(electionView) }), ...problemResponses },
      },
    },
    async request => ({ elections: await elections.list(principals.find(request)) }),
  );
  server.get(
    '/v1/elections/:electionId',
    { schema: { summary: 'One election', params, response: electionResponses } },
    async (request, reply) => {
      const found = await elections.find(request.params.electionId, principals.find(request));
      return sendElection(reply, found ? { ok: true, election: found } : refuse('election-unknown'));
    },
  );
}
