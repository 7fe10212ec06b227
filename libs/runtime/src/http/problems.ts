import {
  type ErrorCode,
  RETRY_AFTER_SECONDS,
  type Refusal,
  refuse,
  toProblem,
} from '@suffrage/contracts/errors';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

const problemSchema = z.looseObject({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  status: z.int(),
});
const document = {
  description: 'A problem document (RFC 9457).',
  content: { 'application/problem+json': { schema: problemSchema } },
};

/** What a route answers besides its own results, for its `response` schema. */
export const problemResponses = { '4xx': document, '5xx': document };

const PROBLEM_TYPE = 'application/problem+json';

/** The one mapping of refusals to HTTP: status, problem document (RFC 9457), `Retry-After`. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const problem = toProblem(refusal);
  if (problem.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

/**
 * What `sendRefusal` answers as `overloaded`, made ready for requests that are refused before Fastify sees them: that counts
 * when most requests are refused.
 * @param headers of every answer.
 */
export function overloadedUnread(headers: Readonly<Record<string, string>>) {
  const problem = toProblem(refuse('overloaded'));
  const body = JSON.stringify(problem);
  const ready = Object.entries({
    ...headers,
    'retry-after': String(RETRY_AFTER_SECONDS),
    'content-type': `${PROBLEM_TYPE}; charset=utf-8`,
    'content-length': String(Buffer.byteLength(body)),
  });
  const [staying, closing] = [ready.flat(), [...ready.flat(), 'connection', 'close']];
  return {
    send(response: ServerResponse, isLast: boolean): void {
      response.writeHead(problem.status, isLast ? closing : staying);
      // A text goes out in one piece with its head.
      response.end(body);
    },
    /** As Node writes it, but for the date, which a fault's answer need not have. */
    toBytes(keepAliveMillis: number): Buffer {
      const lines = [
        ...ready,
        ['Connection', 'keep-alive'],
        ['Keep-Alive', `timeout=${Math.floor(keepAliveMillis / 1000)}`],
      ].map(([name, value]) => `${name}: ${value}\r\n`);
      return Buffer.from(
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`,
      );
    },
  };
}

/** What Fastify itself finds wrong with a request, by its error codes. */
const FRAMEWORK_ERRORS: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-json',
  FST_ERR_BAD_URL: 'route-unknown',
  FST_ERR_MAX_PARAM_LENGTH: 'route-unknown',
  FST_ERR_NOT_FOUND: 'route-unknown',
};

/** A fault of ours is logged whole and answered with nothing internal. */
export function handleError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [invalid] = error.validation ?? [];
  if (invalid) return sendRefusal(reply, refuse('field-invalid', fieldName(invalid), invalid.message));
  const known = FRAMEWORK_ERRORS[error.code];
  if (known) return sendRefusal(reply, refuse(known));
  if (error.statusCode === 400) return sendRefusal(reply, refuse('malformed-json'));
  request.log.error({ err: error, route: request.routeOptions.url }, 'request failed');
  return sendRefusal(reply, refuse('internal'));
}

type Invalid = NonNullable<FastifyError['validation']>[number];

/** The offending member in the request's own words; an unknown field is named by itself. */
function fieldName({ instancePath, params }: Invalid): string | undefined {
  const path = instancePath.replace(/^\//, '').replaceAll('/', '.');
  const keys: unknown = params.keys;
  const stranger = Array.isArray(keys) ? String(keys[0]) : '';
  return [path, stranger].filter(part => part !== '').join('.') || undefined;
}
