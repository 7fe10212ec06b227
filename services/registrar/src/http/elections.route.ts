import { electionDefinition, electionDraft } from '@suffrage/contracts/election';
import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ElectionResult, Elections } from '../elections.ts';
import type { FindManager } from '../managers.ts';

export const electionView = z.strictObject({
  definition: electionDefinition,
  phase: z.enum(['draft', 'scheduled', 'open', 'closed', 'sealed']),
  official: z.boolean(),
});
const params = z.strictObject({ electionId: z.string().max(63) });
const closeBody = z.strictObject({ closesAt: z.iso.datetime().optional() }).nullish();

/** What everybody may read, and what managers may do. */
export function electionsRoutes(server: HttpServer, elections: Elections, findManager: FindManager): void {
  const send = (reply: FastifyReply, result: ElectionResult, status = 200) =>
    result.ok ? reply.code(status).send(result.election) : sendRefusal(reply, result);

  server.get(
    '/v1/elections',
    {
      schema: {
        summary: 'List elections',
        response: { 200: z.strictObject({ elections: z.array(electionView) }), ...problemResponses },
      },
    },
    async request => ({ elections: await elections.list(isManager(request.headers.authorization)) }),
  );
  server.get(
    '/v1/elections/:electionId',
    { schema: { summary: 'One election', params, response: { 200: electionView, ...problemResponses } } },
    async (request, reply) => {
      const found = await elections.find(request.params.electionId, isManager(request.headers.authorization));
      return found ? reply.send(found) : sendRefusal(reply, refuse('election-unknown'));
    },
  );
  server.post(
    '/v1/elections',
    {
      schema: {
        summary: 'Create a draft',
        body: electionDraft,
        response: { 201: electionView, ...problemResponses },
      },
    },
    async (request, reply) => {
      if (!isManager(request.headers.authorization)) return sendRefusal(reply, refuse('unauthorized'));
      return send(reply, await elections.create(request.body), 201);
    },
  );
  for (const [action, summary] of [
    ['publish', 'Publish a draft on its schedule'],
    ['open', 'Publish a draft and open it now'],
  ] as const) {
    server.post(
      `/v1/elections/:electionId/${action}`,
      { schema: { summary, params, response: { 200: electionView, ...problemResponses } } },
      async (request, reply) => {
        if (!isManager(request.headers.authorization)) return sendRefusal(reply, refuse('unauthorized'));
        return send(reply, await elections[action](request.params.electionId));
      },
    );
  }
  server.post(
    '/v1/elections/:electionId/close',
    {
      schema: {
        summary: 'Move the closing',
        params,
        body: closeBody,
        response: { 200: electionView, ...problemResponses },
      },
    },
    async (request, reply) => {
      if (!isManager(request.headers.authorization)) return sendRefusal(reply, refuse('unauthorized'));
      return send(reply, await elections.close(request.params.electionId, request.body?.closesAt));
    },
  );

  function isManager(authorization: string | undefined): boolean {
    return findManager(authorization) !== undefined;
  }
}
