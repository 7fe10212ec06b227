import { expect, test } from '@jest/globals';
import { refuse } from '@suffrage/contracts/errors';
import { createHealth } from '@suffrage/runtime/health';
import { createHttpServer } from '@suffrage/runtime/http/server';
import { createLog } from '@suffrage/runtime/log';
import { createMetrics } from '@suffrage/runtime/metrics';
import { createRateLimits, type Quotas } from '../voters/rate-limits.ts';
import { guardRoutes } from './guard-routes.ts';

/** One route of managers, asked by `manager` or `observer` of organisation `bolt`. */
async function openGuarded(quotas: Partial<Quotas> = {}) {
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
  const generous = { address: 99, credential: 99, election: 99, sessions: 99, manager: 99, managers: 99 };
  const limits = createRateLimits({
    redis: undefined,
    quotas: { ...generous, ...quotas },
    onUnlimited: () => undefined,
    clock: () => 0,
  });
  guardRoutes(
    server,
    async ({ headers: { authorization } }) =>
      authorization === undefined
        ? refuse('unauthorized')
        : {
            ok: true,
            subject: `sign-in:${authorization}`,
            organisation: 'bolt',
            roles: authorization === 'observer' ? ['observer'] : ['manager'],
          },
    async () => 'acme',
    limits,
  );
  server.post('/v1/elections/:electionId/annul', async () => ({}));
  const ask = async (authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    return server.inject({ method: 'POST', url: '/v1/elections/board/annul', headers });
  };
  return { ask, lines, metrics };
}

test('who is known and asks for what is not theirs is logged, who is unknown is only counted', async () => {
  const { ask, lines, metrics } = await openGuarded();
  const statuses = [await ask(), await ask('observer'), await ask('manager')].map(
    ({ statusCode }) => statusCode,
  );
  expect(statuses).toEqual([401, 403, 404]);
  const known = { organisation: 'bolt', electionId: 'board' };
  const route = 'POST /v1/elections/:electionId/annul';
  expect(lines.map(line => JSON.parse(line))).toMatchObject([
    { ...known, subject: 'sign-in:observer', route, why: 'role-missing', level: 'warn' },
    { ...known, subject: 'sign-in:manager', route, why: 'election-of-another', level: 'warn' },
  ]);
  expect(await metrics.registry.metrics()).toMatch(/http_request_seconds_count\{.*annul.*status="401".* 1$/m);
});

test('a manager who asks too often has to wait, another one has not', async () => {
  const { ask } = await openGuarded({ manager: 2 });
  const statuses = [];
  for (const name of ['ann', 'ann', 'ann', 'bob']) statuses.push((await ask(name)).statusCode);
  expect(statuses).toEqual([404, 404, 429, 404]);
  const refused = await ask('ann');
  expect(refused.json()).toMatchObject({ code: 'rate-limited' });
  expect(refused.headers).toMatchObject({
    'retry-after': '30',
    'ratelimit-policy': '"manager";q=2;w=60',
    ratelimit: '"manager";r=0;t=60',
  });
});

test('who tries one token after the other is stopped before it is looked at', async () => {
  const { ask } = await openGuarded({ managers: 3 });
  const statuses = [];
  for (let attempt = 0; attempt < 5; attempt += 1) statuses.push((await ask()).statusCode);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
});
