import type { HttpServer } from '@suffrage/runtime/http/server';
import type { Elections } from '../elections.ts';
import type { Principals } from './guard-routes.ts';
import { electionParams as params, electionResponses, sendElection } from './schemas.ts';

/** `POST /v1/elections/{id}/seal`, for managers: nothing that is counted may change from then on. */
export function sealRoute(server: HttpServer, elections: Elections, { of }: Principals): void {
  server.post(
    '/v1/elections/:electionId/seal',
    { schema: { summary: 'Seal a closed election', params, response: electionResponses } },
    async (request, reply) =>
      sendElection(reply, await elections.seal(of(request), request.params.electionId)),
  );
}
