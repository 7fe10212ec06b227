import type { ElectionDefinition } from '@suffrage/contracts/election';
import { refuse } from '@suffrage/contracts/errors';
import type { ResultsDocument } from '@suffrage/contracts/official';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { Elections } from '../elections.ts';
import { resultsCsv } from '../export/results-csv.ts';
import { resultsNist } from '../export/results-nist.ts';
import { resultsPdf } from '../export/results-pdf.ts';
import type { Since } from '../export/texts.ts';
import type { StatementStore } from '../official/statement-store.ts';
import { MAX_AGE_SECONDS } from './official.route.ts';
import { electionParams } from './schemas.ts';

type Format = {
  readonly path: string;
  readonly summary: string;
  readonly mediaType: string;
  readonly write: (
    definition: ElectionDefinition,
    results: ResultsDocument,
    since: Since,
  ) => string | Buffer | Promise<Buffer>;
};

const formats: readonly Format[] = [
  {
    path: 'results/document.csv',
    summary: 'The official results as CSV',
    mediaType: 'text/csv; charset=utf-8',
    write: resultsCsv,
  },
  {
    path: 'results/document.pdf',
    summary: 'The official results to read and print, tagged for screen readers',
    mediaType: 'application/pdf',
    write: resultsPdf,
  },
  {
    path: 'results/nist.json',
    summary: 'The official results in the shape of NIST SP 1500-100',
    mediaType: 'application/json; charset=utf-8',
    write: (definition, results, since) => JSON.stringify(resultsNist(definition, results, since)),
  },
];

/** The official results in other forms, from the signed document; what may come after it, an annulment or an audit, is said besides. */
export function exportRoutes(
  server: HttpServer,
  { elections, statements }: { readonly elections: Elections; readonly statements: StatementStore },
): void {
  for (const { path, summary, mediaType, write } of formats) {
    /** Neither document nor ballot changes, but something may follow: what was written once is kept. */
    const written = new Map<string, Promise<Buffer>>();
    const [bareType = ''] = mediaType.split(';');
    const body = { description: summary, content: { [bareType]: { schema: z.unknown() } } };
    const schema = {
      tags: ['official'],
      summary,
      params: electionParams,
      response: { 200: body, ...problemResponses },
    };
    server.get(`/v1/elections/:electionId/${path}`, { schema }, async (request, reply) => {
      const { electionId } = request.params;
      const known = elections.get(electionId);
      const results = known && (await statements.find(electionId, 'results'));
      if (!results)
        return sendRefusal(reply.header('cache-control', 'no-store'), refuse('statement-unavailable'));
      const { definition, annulled } = known;
      const [addendum] = await statements.addenda(electionId);
      const key = `${electionId} ${annulled?.at ?? ''} ${addendum?.report ?? ''}`;
      const bytes = written.get(key) ?? toBytes(write(definition, results, { annulled, addendum }));
      written.set(key, bytes);
      bytes.catch(() => written.delete(key));
      reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).type(mediaType);
      return reply.send(await bytes);
    });
  }
}

async function toBytes(written: string | Buffer | Promise<Buffer>): Promise<Buffer> {
  const content = await written;
  return typeof content === 'string' ? Buffer.from(content) : content;
}
