import { refuse } from '@suffrage/contracts/errors';
import {
  auditAddendumSchema,
  type OfficialKind,
  resultsDocumentSchema,
  sealSchema,
  zeroReportSchema,
} from '@suffrage/contracts/official';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { StatementStore } from '../official/statement-store.ts';
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
  'audit-addendum': {
    path: 'results/addendum',
    summary: 'Which audit report there is on the official results, signed',
    schema: auditAddendumSchema,
  },
  seal: { path: 'seal', summary: 'What was frozen when the election was sealed, signed', schema: sealSchema },
} as const satisfies Record<OfficialKind, unknown>;

const kinds = ['zero-report', 'results', 'audit-addendum', 'seal'] as const;

/** What has been stated officially of an election: it never changes, so readers may keep it. */
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
}
