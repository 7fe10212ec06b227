import { refuse } from '@suffrage/contracts/errors';
import { problemResponses, sendRefusal } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import type { RotateKeys } from '../keys/rotate-keys.ts';
import type { FindManager } from '../managers.ts';
import type { EraseElection } from '../voters/erase-election.ts';

type Options = {
  readonly rotateKeys: RotateKeys;
  readonly eraseElection: EraseElection;
  readonly findManager: FindManager;
};

const params = z.strictObject({ electionId: z.string().max(63) });

/** What managers do with the keys of an election: have new ones while it is a draft, destroy them in the end. */
export function keysRoutes(server: HttpServer, { rotateKeys, eraseElection, findManager }: Options): void {
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
      if (!findManager(request.headers.authorization)) return sendRefusal(reply, refuse('unauthorized'));
      const result = await rotateKeys(request.params.electionId);
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
      if (!findManager(request.headers.authorization)) return sendRefusal(reply, refuse('unauthorized'));
      const result = await eraseElection(request.params.electionId);
      return result.ok ? reply.send({ erasedAt: result.erasedAt }) : sendRefusal(reply, result);
    },
  );
}
