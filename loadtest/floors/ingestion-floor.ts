/**
 * The least that ingestion over REST can cost: Fastify validates the same request bytes against a JSON schema and answers
 * with a body of a receipt's length, one token is verified, and records that lie ready are sent by the same Kafka client.
 */
import { fastify } from 'fastify';
import { COMPILE_SOONER, GROW_MORE, setFlags } from '@suffrage/runtime/v8-flags';
import { firstRecords, readVotes } from '../bench/votes.ts';
import { readSettings, tell } from './floor-process.ts';
import { oneToken } from './one-token.ts';
import { BATCH, openReadyLog } from './ready-log.ts';

// As ingestion does.
setFlags([...GROW_MORE, ...COMPILE_SOONER]);
const settings = readSettings();
const votes = readVotes(settings.source);
const log = openReadyLog(settings.brokers, settings.topic, settings.partitions, firstRecords(votes, BATCH));
const verifyToken = oneToken(votes);

const id = { type: 'string', pattern: '^[A-Za-z0-9_-]+$' };
const body = {
  type: 'object',
  additionalProperties: false,
  required: ['selections', 'salt', 'token', 'tokenKeyId'],
  properties: {
    selections: {
      type: 'object',
      maxProperties: 64,
      additionalProperties: { type: 'array', maxItems: 256, items: { type: 'string', maxLength: 63 } },
    },
    salt: { ...id, maxLength: 512 },
    token: { ...id, maxLength: 1024 },
    tokenKeyId: { ...id, maxLength: 64 },
    revision: { type: 'integer', minimum: 0 },
    voterReference: { ...id, maxLength: 64 },
  },
};
const RECEIPT_CHARACTERS = 1_100;
const receipt = JSON.stringify({ receipt: 'x'.repeat(RECEIPT_CHARACTERS) });

const server = fastify({ ajv: { customOptions: { removeAdditional: false } } });
server.post('/v1/elections/:electionId/votes', { schema: { body } }, async (_request, reply) => {
  verifyToken();
  log.append();
  return reply.code(201).type('application/json; charset=utf-8').send(receipt);
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
tell({ address, done: log.appended });
