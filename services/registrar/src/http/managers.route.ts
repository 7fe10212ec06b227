import { electionDraft, electionId } from '@suffrage/contracts/election';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { Elections } from '../elections.ts';
import type { Principals } from './guard-routes.ts';
import {
  electionParams as params,
  electionResponses,
  electionView,
  replacedRevisions,
  replacesHeaders,
  sendElection,
} from './schemas.ts';

const instant = z.iso.datetime();
/** Kept and shown for good. */
const reason = z
  .string()
  .trim()
  .min(3)
  .max(1_000)
  .refine(text => !text.includes('\0'), 'holds a NUL');

const copyBody = z.strictObject({
  id: electionId,
  opensAt: instant.optional(),
  closesAt: instant.optional(),
});
const closeBody = z.strictObject({ closesAt: instant.optional(), reason: reason.optional() }).nullish();
const annulBody = z.strictObject({ reason });
const created = { 201: electionView, ...problemResponses };

/** What managers do with the elections of their organisation. */
export function managersRoutes(server: HttpServer, elections: Elections, { of }: Principals): void {
  server.post(
    '/v1/elections',
    { schema: { summary: 'Create a draft', body: electionDraft, response: created } },
    async (request, reply) => sendElection(reply, await elections.create(of(request), request.body), 201),
  );
  server.put(
    '/v1/elections/:electionId',
    {
      schema: {
        summary: 'Replace a draft; with If-Match only the revision that it names',
        params,
        headers: replacesHeaders,
        body: electionDraft,
        response: electionResponses,
      },
    },
    async (request, reply) => {
      const { electionId: id } = request.params;
      const replaces = replacedRevisions(request.headers);
      return sendElection(reply, await elections.edit(of(request), id, request.body, replaces));
    },
  );
  server.delete(
    '/v1/elections/:electionId',
    { schema: { summary: 'Delete a draft', params, response: { 204: z.null(), ...problemResponses } } },
    async (request, reply) => {
      const removed = await elections.remove(of(request), request.params.electionId);
      return removed.ok ? reply.code(204).send(null) : sendRefusal(reply, removed);
    },
  );
  server.post(
    '/v1/elections/:electionId/duplicate',
    { schema: { summary: 'Make a draft like this election', params, body: copyBody, response: created } },
    async (request, reply) => {
      const { electionId: id } = request.params;
      return sendElection(reply, await elections.duplicate(of(request), id, request.body), 201);
    },
  );
  for (const [action, summary] of [
    ['publish', 'Schedule a draft: it opens and closes by itself'],
    ['open', 'Publish a draft and open it now'],
    ['seal', 'Seal a closed election: nothing that is counted may change from then on'],
  ] as const) {
    server.post(
      `/v1/elections/:electionId/${action}`,
      { schema: { summary, params, response: electionResponses } },
      async (request, reply) =>
        sendElection(reply, await elections[action](of(request), request.params.electionId)),
    );
  }
  server.post(
    '/v1/elections/:electionId/close',
    {
      schema: {
        summary: 'Move the closing: later, or earlier with a reason; without an instant as soon as possible',
        params,
        body: closeBody,
        response: electionResponses,
      },
    },
    async (request, reply) => {
      const { electionId: id } = request.params;
      return sendElection(reply, await elections.close(of(request), id, request.body ?? {}));
    },
  );
  server.post(
    '/v1/elections/:electionId/annul',
    { schema: { summary: 'Annul an election', params, body: annulBody, response: electionResponses } },
    async (request, reply) => {
      const { electionId: id } = request.params;
      return sendElection(reply, await elections.annul(of(request), id, request.body.reason));
    },
  );
}
