import fastifyStatic from '@fastify/static';
import { refuse } from '@suffrage/contracts/errors';
import { sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { access } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** Addresses that the page itself understands; it reads the address and shows what belongs there. */
const PAGE_ROUTES = [
  '/',
  '/elections/:id',
  '/elections/:id/vote',
  '/elections/:id/receipt',
  '/elections/:id/screen',
  '/elections/:id/flow',
  '/check',
  '/statement',
  '/manage',
  '/manage/*',
  '/signed-in',
] as const;

const ONE_YEAR_SECONDS = 31_536_000;
const ONE_HOUR_SECONDS = 3_600;

/**
 * Serves the built page of `directory`. Names of files in `assets/` contain a hash of their content, so they may be kept
 * for ever; `index.html` names them, so it may not be kept at all.
 * @throws Error when the page has not been built.
 */
export async function servePage(server: HttpServer, directory: string): Promise<void> {
  await access(join(directory, 'index.html')).catch(cause => {
    throw new Error(`there is no built page in ${directory}: run "pnpm --filter @suffrage/web build"`, {
      cause,
    });
  });
  await server.register(fastifyStatic, {
    root: directory,
    index: false,
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) =>
      void reply.header('cache-control', cacheControl(path.slice(directory.length))),
  });
  for (const route of PAGE_ROUTES) server.get(route, async (_request, reply) => reply.sendFile('index.html'));
  server.get('/*', async (request, reply) => answerUnknown(request, reply));
}

/** `path` below the directory of the page. */
function cacheControl(path: string): string {
  if (path.startsWith(`${sep}assets${sep}`)) return `public, max-age=${ONE_YEAR_SECONDS}, immutable`;
  if (path.includes('.html')) return 'no-store';
  // Asked for at each visit, so that a page that was renewed is renewed on devices, too.
  if (path.includes('service-worker') || path.includes('.webmanifest')) return 'no-cache';
  return `public, max-age=${ONE_HOUR_SECONDS}`;
}

/** People who follow a wrong link get the page, which says so; programs get a problem document. */
function answerUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const wantsPage =
    request.headers.accept?.includes('text/html') === true && !request.url.startsWith('/api/');
  return wantsPage ? reply.code(404).sendFile('index.html') : sendRefusal(reply, refuse('route-unknown'));
}
