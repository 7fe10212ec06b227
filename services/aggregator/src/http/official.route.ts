import { refuse } from '@suffrage/contracts/errors';
import {
  auditAddendumSchema,
  officialResultsSchema,
  resultsDocumentSchema,
  sealSchema,
  zeroReportSchema,
} from '@suffrage/contracts/official';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { StatedOnce, StatementStore } from '../official/statement-store.ts';
import { electionParams } from './schemas.ts';

const routes = {
  'zero-report': {
    path: 'zero-report',
    summary: 'That nothing was counted at the opening, signed',
    schema: zeroReportSchema,
  },
  results: {
    path: 'results/document',
    summary: 'The official results, signed',
    schema: resultsDocumentSchema,
  },
  seal: { path: 'seal', summary: 'What was frozen when the election was sealed, signed', schema: sealSchema },
} as const satisfies Record<StatedOnce, unknown>;

const kinds = ['zero-report', 'results', 'seal'] as const;

/** An annulment, or an audit's report, is to show within seconds. */
export const MAX_AGE_SECONDS = 5;

/** What has been stated officially of an election: it never changes, so readers may keep it; an addendum may follow another. */
export function officialRoutes(server: HttpServer, statements: StatementStore): void {
  for (const kind of kinds) {
    const { path, summary, schema } = routes[kind];
    server.get(
      `/v1/elections/:electionId/${path}`,
      {
        schema: {
          tags: ['official'],
          summary,
          params: electionParams,
          response: { 200: schema, ...problemResponses },
        },
      },
      async (request, reply) => {
        const statement = await statements.find(request.params.electionId, kind);
        if (!statement)
          return sendRefusal(reply.header('cache-control', 'no-store'), refuse('statement-unavailable'));
        return reply.header('cache-control', 'public, max-age=3600').send(statement);
      },
    );
  }
  auditedRoutes(server, statements);
}

function auditedRoutes(server: HttpServer, statements: StatementStore): void {
  const about = { tags: ['official'], params: electionParams };
  server.get(
    '/v1/elections/:electionId/results/official',
    {
      schema: {
        ...about,
        summary: 'The official results and which audit report there is on them, each signed',
        response: { 200: officialResultsSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const { electionId } = request.params;
      const document = await statements.find(electionId, 'results');
      if (!document)
        return sendRefusal(reply.header('cache-control', 'no-store'), refuse('statement-unavailable'));
      const [addendum = null, ...earlierAddenda] = await statements.addenda(electionId);
      reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`);
      return reply.send({ document, addendum, earlierAddenda });
    },
  );
  server.get(
    '/v1/elections/:electionId/results/addendum',
    {
      schema: {
        ...about,
        summary: 'Which audit report there is on the official results, the newest, signed',
        response: { 200: auditAddendumSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const [addendum] = await statements.addenda(request.params.electionId);
      if (!addendum)
        return sendRefusal(reply.header('cache-control', 'no-store'), refuse('statement-unavailable'));
      return reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).send(addendum);
    },
  );
}
