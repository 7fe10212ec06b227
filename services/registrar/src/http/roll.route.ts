import { Readable } from 'node:stream';
import { refuse, toProblem } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { GiveCodes } from '../voters/give-codes.ts';
import type { ImportRoll, RollResult } from '../voters/import-roll.ts';
import { readRollCsv, readRollList } from '../voters/roll-rows.ts';
import type { Principals } from './guard-routes.ts';
import { electionParams as params } from './schemas.ts';

/** A roll of five million voters over a slow line. */
export const ROLL_MILLIS = 30 * 60_000;

const voter = z.string().min(1).max(200);
const MOST_LISTED = 1_000;
const list = z.strictObject({
  voters: z
    .array(z.strictObject({ voter, subject: z.string().min(1).max(255).optional() }))
    .min(1)
    .max(MOST_LISTED),
});
const change = z.strictObject({ voters: z.int(), added: z.int(), removed: z.int(), changed: z.int() });
const codesBody = z.strictObject({ replace: z.boolean().optional() }).nullish();
const csvBody = z.instanceof(Readable);

type Options = {
  readonly importRoll: ImportRoll;
  /** Voters on the roll; `undefined` when there is no such election, or it has none. */
  readonly countVoters: (electionId: string) => Promise<number | undefined>;
  readonly giveCodes: GiveCodes;
};

/** What managers do with the roll and the codes of an election. */
export function rollRoutes(
  server: HttpServer,
  { importRoll, countVoters, giveCodes }: Options,
  { of }: Principals,
): void {
  // Read as it comes, however long it is: the roll's own limits hold.
  server.addContentTypeParser('text/csv', (_request, payload, done) => done(null, payload));

  server.get(
    '/v1/elections/:electionId/roll',
    {
      schema: {
        summary: 'How many voters are on the roll',
        params,
        response: { 200: z.strictObject({ voters: z.int() }), ...problemResponses },
      },
    },
    async (request, reply) => {
      const voters = await countVoters(request.params.electionId);
      return voters === undefined ? sendRefusal(reply, refuse('election-unknown')) : reply.send({ voters });
    },
  );
  server.put(
    '/v1/elections/:electionId/roll',
    {
      schema: {
        summary: 'Make the roll what a CSV file says',
        description:
          'text/csv, UTF-8, streamed. The first line names the columns: `voter`, or `voter,subject`. All of the file is taken, or nothing; the same file again changes nothing. Once the election is scheduled voters can only be added; once it is open, nothing changes.',
        consumes: ['text/csv'],
        params,
        response: { 200: change, ...problemResponses },
      },
    },
    async (request, reply) => {
      const csv = csvBody.safeParse(request.body).data;
      if (!csv) return sendRefusal(reply, refuse('media-type-unsupported', undefined, 'a roll is text/csv'));
      const rows = readRollCsv(csv);
      return sendRollResult(
        reply,
        await importRoll(of(request), request.params.electionId, rows, { replaces: true }),
      );
    },
  );
  server.post(
    '/v1/elections/:electionId/roll',
    {
      schema: {
        summary: 'Add voters to the roll',
        description: 'Voters who are on it already stay as they are.',
        params,
        body: list,
        response: { 200: change, ...problemResponses },
      },
    },
    async (request, reply) => {
      const rows = readRollList(request.body.voters);
      return sendRollResult(
        reply,
        await importRoll(of(request), request.params.electionId, rows, { replaces: false }),
      );
    },
  );
  server.post(
    '/v1/elections/:electionId/codes',
    {
      schema: {
        summary: 'Make codes, shown once',
        description:
          'Answers with text/csv, `voter,code`, for every voter who has no code yet; with `replace` for all of them, as long as the election is not open. A download that breaks off has made no code.',
        params,
        body: codesBody,
        response: {
          200: { description: 'voter,code', content: { 'text/csv': { schema: z.unknown() } } },
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const made = await giveCodes.all(of(request), request.params.electionId, {
        replaces: request.body?.replace ?? false,
      });
      if (!made.ok) return sendRefusal(reply, made);
      return reply.header('cache-control', 'no-store').type('text/csv; charset=utf-8').send(made.csv);
    },
  );
  server.post(
    '/v1/elections/:electionId/codes/again',
    {
      schema: {
        summary: 'Give a voter another code, before one is used',
        params,
        body: z.strictObject({ voter }),
        response: { 200: z.strictObject({ voter: z.string(), code: z.string() }), ...problemResponses },
      },
    },
    async (request, reply) => {
      const given = await giveCodes.again(of(request), request.params.electionId, request.body.voter);
      if (!given.ok) return sendRefusal(reply, given);
      return reply.header('cache-control', 'no-store').send({ voter: given.voter, code: given.code });
    },
  );
}

/** Bad rows are members of the problem document: `rows` (line, code, values, reason), at most 1,000, and `rowCount`. */
function sendRollResult(reply: FastifyReply, result: RollResult): FastifyReply {
  if (result.ok) {
    const { voters, added, removed, changed } = result;
    return reply.send({ voters, added, removed, changed });
  }
  const { rows, rowCount } = result;
  if (rows === undefined) return sendRefusal(reply, result);
  const problem = toProblem(result);
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ ...problem, rows, rowCount });
}
