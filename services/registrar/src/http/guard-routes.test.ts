import { expect, test } from '@jest/globals';
import { refuse } from '@suffrage/contracts/errors';
import { createHealth } from '@suffrage/runtime/health';
import { createHttpServer } from '@suffrage/runtime/http/server';
import { createLog } from '@suffrage/runtime/log';
import { createMetrics } from '@suffrage/runtime/metrics';
import { guardRoutes } from './guard-routes.ts';

test('who is known and asks for what is not theirs is logged, who is unknown is only counted', async () => {
  const lines: string[] = [];
  const log = createLog('test', 'test-0', 'info', { write: line => void lines.push(line) });
  const metrics = createMetrics('test');
  const server = await createHttpServer({
    title: 'test',
    log,
    health: createHealth('test', 'test-0', {}),
    metrics,
    bodyLimit: 1_000,
  });
  guardRoutes(
    server,
    async ({ headers: { authorization } }) =>
      authorization === undefined
        ? refuse('unauthorized')
        : {
            ok: true,
            subject: 'sign-in:eve',
            organisation: 'bolt',
            roles: authorization === 'manager' ? ['manager'] : ['observer'],
          },
    async () => 'acme',
  );
  server.post('/v1/elections/:electionId/annul', async () => ({}));
  const ask = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const url = '/v1/elections/board/annul';
    return (await server.inject({ method: 'POST', url, headers })).statusCode;
  };
  expect([await ask(), await ask('observer'), await ask('manager')]).toEqual([401, 403, 404]);
  const known = { subject: 'sign-in:eve', organisation: 'bolt', electionId: 'board' };
  const route = 'POST /v1/elections/:electionId/annul';
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { ...known, route, why: 'role-missing', level: 'warn' },
    { ...known, route, why: 'election-of-another', level: 'warn' },
  ]);
  expect(await metrics.registry.metrics()).toMatch(/http_request_seconds_count\{.*annul.*status="401".* 1$/m);
});
