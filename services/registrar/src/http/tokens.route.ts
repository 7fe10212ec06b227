import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { IssueResult, IssueToken } from '../voters/issue-token.ts';
import type { MinuteCounts } from '../voters/minute-counts.ts';
import { limitedAddress } from '../voters/rate-limits.ts';

const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');
const code = z.string().min(1).max(64).optional();

const body = z.union([
  z.strictObject({ blindedMessage: base64url(1024), code }),
  z.strictObject({ voter: z.string().min(1).max(200).optional(), voteId: base64url(64), code }),
]);
const answer = z.union([
  z.strictObject({ blindSignature: z.string(), tokenKeyId: z.string() }),
  z.strictObject({
    token: z.string(),
    tokenKeyId: z.string(),
    revision: z.int(),
    voterReference: z.string(),
  }),
]);

/** Answers are made from types, not from input. */
const serializerCompiler = () => (sent: unknown) => JSON.stringify(sent);

/**
 * `POST /v1/elections/{id}/tokens`: a signature over a vote ID, blind in `secret` elections. Leaves no log line, no span and
 * no measurement of its own, whatever the request's headers say: only counts, brought up to date once a minute.
 */
export function tokensRoute(server: HttpServer, issueToken: IssueToken, counts: MinuteCounts): void {
  const schema = {
    summary: 'Get a token',
    description:
      'Who asks proves it as the election’s `voterProof` says: by `code`, or by `Authorization: Bearer` with an ID token or a session.',
    params: z.strictObject({ electionId: z.string().max(63) }),
    body,
    response: { 200: answer, ...problemResponses },
  };
  const options = { schema, serializerCompiler, config: { unobserved: true } };
  server.post('/v1/elections/:electionId/tokens', options, async (request, reply) => {
    const asking = {
      authorization: request.headers.authorization,
      address: limitedAddress(request.ip),
    };
    const result = await issueToken(request.params.electionId, request.body, asking).catch(
      (error: unknown): IssueResult => {
        counts.fault(error);
        return refuse('internal');
      },
    );
    counts.outcome(result.ok ? 'given' : result.code);
    if (result.limits) reply.headers(result.limits);
    if (result.ok) return reply.send(result.token);
    if (result.retryAfterSeconds !== undefined) reply.header('retry-after', result.retryAfterSeconds);
    const { ok, code: refused, field, detail } = result;
    return sendRefusal(reply, {
      ok,
      code: refused,
      ...(field ? { field } : {}),
      ...(detail ? { detail } : {}),
    });
  });
}
