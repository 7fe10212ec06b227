import { actionsExportSchema, actionsHeadSchema } from '@suffrage/contracts/actions';
import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { headOfActions, listActions } from '../action-store.ts';
import type { Elections } from '../elections.ts';
import type { Principals } from './guard-routes.ts';
import { electionParams as params } from './schemas.ts';

type Options = { readonly pool: Pool; readonly elections: Elections };

/** The record of what managers have done: whole for auditors, its head for everybody. */
export function actionsRoutes(
  server: HttpServer,
  { pool, elections }: Options,
  principals: Principals,
): void {
  server.get(
    '/v1/elections/:electionId/actions',
    {
      schema: {
        summary: 'What managers have done: a chain of hashes',
        params,
        response: { 200: actionsExportSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { organisation } = principals.of(request);
      const found = await listActions(pool, request.params.electionId, organisation);
      return found ? reply.send(found) : sendRefusal(reply, refuse('election-unknown'));
    },
  );
  server.get(
    '/v1/elections/:electionId/actions/head',
    {
      schema: {
        summary: 'Number and last hash of these actions: keep it, and nobody can shorten them unseen',
        params,
        response: { 200: actionsHeadSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { electionId } = request.params;
      if (!(await elections.find(electionId, principals.find(request))))
        return sendRefusal(reply, refuse('election-unknown'));
      return reply.send(await headOfActions(pool, electionId));
    },
  );
}
