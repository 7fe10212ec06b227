/** The same with Fastify: an empty POST, nothing validated. */
import { fastify } from 'fastify';
import { tell } from './floor-process.ts';

const server = fastify();
server.post('/v1/elections/:electionId/votes', async (_request, reply) => reply.code(201).send());
const address = await server.listen({ host: '127.0.0.1', port: 0 });
tell({ address, done: () => 0 });
