import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { IssueToken } from '../issue-token.ts';

const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');

const body = z.union([
  z.strictObject({ blindedMessage: base64url(1024) }),
  z.strictObject({ voter: z.string().min(1).max(200), voteId: base64url(64) }),
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

/** `POST /v1/elections/{id}/tokens`: a signature over a vote ID, blind in `secret` elections. */
export function tokensRoute(server: HttpServer, issueToken: IssueToken): void {
  const schema = {
    summary: 'Get a token',
    params: z.strictObject({ electionId: z.string().max(63) }),
    body,
    response: { 200: answer, ...problemResponses },
  };
  server.post('/v1/elections/:electionId/tokens', { schema }, async (request, reply) => {
    const result = await issueToken(request.params.electionId, request.body);
    return result.ok ? reply.send(result.token) : sendRefusal(reply, result);
  });
}
