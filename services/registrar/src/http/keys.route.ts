import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { RotateKeys } from '../keys/rotate-keys.ts';
import type { EraseElection } from '../voters/erase-election.ts';
import type { Principals } from './guard-routes.ts';
import { electionParams as params } from './schemas.ts';

type Options = {
  readonly rotateKeys: RotateKeys;
  readonly eraseElection: EraseElection;
};

/** What managers do with the keys of an election: have new ones while it is a draft, destroy them in the end. */
export function keysRoutes(
  server: HttpServer,
  { rotateKeys, eraseElection }: Options,
  { of }: Principals,
): void {
  server.post(
    '/v1/elections/:electionId/keys/rotate',
    {
      schema: {
        summary: 'Make new keys for a draft',
        params,
        response: { 200: z.strictObject({ tokenKeyId: z.string() }), ...problemResponses },
      },
    },
    async (request, reply) => {
      const result = await rotateKeys(of(request), request.params.electionId);
      return result.ok ? reply.send({ tokenKeyId: result.tokenKeyId }) : sendRefusal(reply, result);
    },
  );
  server.post(
    '/v1/elections/:electionId/erase',
    {
      schema: {
        summary: 'Destroy what an election keeps of its voters',
        description:
          'After the retention period: its keys, the roll, the codes, and who has received a token.',
        params,
        response: { 200: z.strictObject({ erasedAt: z.string() }), ...problemResponses },
      },
    },
    async (request, reply) => {
      const result = await eraseElection(of(request), request.params.electionId);
      return result.ok ? reply.send({ erasedAt: result.erasedAt }) : sendRefusal(reply, result);
    },
  );
}
