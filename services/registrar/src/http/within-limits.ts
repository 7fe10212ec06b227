import { refuse } from '@suffrage/contracts/errors';
import { sendRefusal } from '@suffrage/runtime/http/problems';
import type { FastifyReply } from 'fastify';
import type { RateLimits } from '../voters/rate-limits.ts';

/** Whether the request goes on; otherwise it has been answered. Either way it is told how much is left. */
export async function isWithinLimits(
  limits: RateLimits,
  asked: Parameters<RateLimits['take']>[0],
  reply: FastifyReply,
): Promise<boolean> {
  const limit = await limits.take(asked);
  if (limit.headers) reply.headers(limit.headers);
  if (limit.ok) return true;
  reply.header('retry-after', limit.retryAfterSeconds);
  sendRefusal(reply, refuse('rate-limited'));
  return false;
}
