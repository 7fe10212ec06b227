import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { Counter } from 'prom-client';
import { z } from 'zod';
import { isSameOrigin } from './proxy.ts';

const views = [
  'elections',
  'election',
  'vote',
  'receipt',
  'screen',
  'flow',
  'check',
  'statement',
  'manage',
  'other',
] as const;

/** What went wrong, and where: words of ours only. A text of the browser's could hold anything, also of a voter. */
const pageErrorSchema = z.strictObject({
  kind: z.enum(['error', 'rejection', 'part', 'policy']),
  /** A page that is older or newer than this server may have others. */
  view: z.enum(views).catch('other'),
});

const BODY_LIMIT_BYTES = 256;
/** Of all browsers together: a mistake of the page would else make every reader a load. */
const REPORTS_PER_SECOND = 20;

type Needs = {
  readonly counter: Counter<'kind' | 'view'>;
  readonly clock: () => number;
};

/** `POST /page-errors`: counts an error of the page. Nothing of it is logged, and who reports is not looked at. */
export function pageErrorsRoute(server: HttpServer, { counter, clock }: Needs): void {
  const allow = createAllowance(REPORTS_PER_SECOND, clock);
  const schema = { body: pageErrorSchema, response: { 204: z.null(), ...problemResponses } };
  server.post('/page-errors', { schema, bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
    if (!isSameOrigin(request)) return sendRefusal(reply, refuse('origin-refused'));
    if (!allow()) return sendRefusal(reply, refuse('rate-limited'));
    counter.inc(request.body);
    return reply.code(204).send(null);
  });
}

/** Whether one more is allowed: at most so many in any second by the clock. */
function createAllowance(perSecond: number, clock: () => number): () => boolean {
  let second = 0;
  let used = 0;
  return () => {
    const now = Math.floor(clock() / 1_000);
    used = now === second ? used + 1 : 1;
    second = now;
    return used <= perSecond;
  };
}
