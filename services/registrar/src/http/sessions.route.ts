import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import { limitedAddress, type RateLimits } from '../voters/rate-limits.ts';
import type { Sessions } from '../voters/sessions.ts';
import { isWithinLimits } from './within-limits.ts';

/** `POST /v1/elections/{id}/sessions`: the right to one token, in an election that is open to everybody. */
export function sessionsRoute(server: HttpServer, sessions: Sessions, limits: RateLimits): void {
  const schema = {
    summary: 'Open a session',
    description: 'It gives one token. It does not make sure that a person votes once.',
    params: z.strictObject({ electionId: z.string().max(63) }),
    body: z.strictObject({ captcha: z.string().max(2_048).optional() }).nullish(),
    response: {
      201: z.strictObject({ session: z.string(), expiresAt: z.string() }),
      ...problemResponses,
    },
  };
  const config = { unobserved: true };
  server.post('/v1/elections/:electionId/sessions', { schema, config }, async (request, reply) => {
    if (!(await isWithinLimits(limits, { sessions: limitedAddress(request.ip) }, reply))) return reply;
    const result = await sessions.open(request.params.electionId, request.body?.captcha);
    if (!result.ok) return sendRefusal(reply, result);
    const { session, expiresAt } = result;
    return reply.code(201).send({ session, expiresAt });
  });
}
