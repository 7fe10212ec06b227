import type { FastifyReply } from 'fastify';

/** Sends JSON that is written already, as Fastify would send an object. */
export function sendWritten(reply: FastifyReply, status: number, json: string): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').send(json);
}
