import { refuse } from '@suffrage/contracts/errors';
import { sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Access, accessTo } from '../access.ts';
import type { Principal } from '../principal.ts';
import { limitedAddress, type RateLimits } from '../voters/rate-limits.ts';
import type { Authorise } from './authorise.ts';
import { isWithinLimits } from './within-limits.ts';

export type Principals = {
  /** `undefined` where none is needed and none came. */
  find(request: FastifyRequest): Principal | undefined;
  /** @throws Error on a route that needs none: a fault of ours. */
  of(request: FastifyRequest): Principal;
};

const GUARDED = /^\/v1\//;

/**
 * Holds the table of access against every request, before its body is read. To be called before any route is added:
 * adding one that is not in the table throws.
 */
export function guardRoutes(
  server: HttpServer,
  authorise: Authorise,
  findOrganisation: (electionId: string) => Promise<string | undefined>,
  limits: RateLimits,
): Principals {
  const principals = new WeakMap<FastifyRequest, Principal>();
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat())
      if (GUARDED.test(url) && !accessTo(one, url))
        throw new Error(`${one} ${url} is not in the table of access (access.ts)`);
  });
  server.addHook('onRequest', async (request, reply) => {
    const { url = '' } = request.routeOptions;
    const route = GUARDED.test(url) ? accessTo(request.method, url) : undefined;
    if (!route || isPublic(route, request.headers.authorization)) return;
    if (!(await isWithinLimits(limits, { managers: limitedAddress(request.ip) }, reply))) return reply;
    const principal = await authorise(request);
    if (!principal.ok) return sendRefusal(reply, principal);
    const { subject, organisation } = principal;
    if (!(await isWithinLimits(limits, { manager: `${organisation} ${subject}` }, reply))) return reply;
    if (!mayUse(route, principal)) {
      logRefused(request, principal, 'role-missing');
      return sendRefusal(reply, refuse('role-missing'));
    }
    if (Array.isArray(route.allowed) && (await isOfAnother(request, principal, findOrganisation))) {
      logRefused(request, principal, 'election-of-another');
      return sendRefusal(reply, refuse('election-unknown'));
    }
    // Who has no role here is as anybody else.
    if (principal.roles.length > 0) principals.set(request, principal);
  });
  return {
    find: request => principals.get(request),
    of(request) {
      const principal = principals.get(request);
      if (!principal) throw new Error('this route asks for a principal that it does not need');
      return principal;
    },
  };
}

/** Somebody who is known asks for what is not theirs. Unknown ones are only counted: anybody could fill the log with them. */
function logRefused(request: FastifyRequest, { subject, organisation }: Principal, why: string): void {
  const { method, routeOptions, params } = request;
  const { electionId } = ofElection.safeParse(params).data ?? {};
  request.log.warn(
    { why, subject, organisation, route: `${method} ${routeOptions.url}`, electionId },
    'a request was refused',
  );
}

/** Whoever sends a token where it opens more learns that it is not valid, instead of silently seeing less. */
function isPublic({ allowed }: Access, authorization: string | undefined): boolean {
  return allowed === 'everybody' || (typeof allowed === 'string' && !authorization);
}

function mayUse({ allowed }: Access, { roles }: Principal): boolean {
  return typeof allowed === 'string' || allowed.some(role => roles.includes(role));
}

const ofElection = z.object({ electionId: z.string() });

/** One that there is not is left to the route. */
async function isOfAnother(
  { params }: FastifyRequest,
  { organisation }: Principal,
  findOrganisation: (electionId: string) => Promise<string | undefined>,
): Promise<boolean> {
  const named = ofElection.safeParse(params).data;
  const owner = named && (await findOrganisation(named.electionId));
  return owner !== undefined && owner !== organisation;
}
