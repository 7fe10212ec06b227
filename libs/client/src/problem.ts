import { type ErrorCode, errorRegistry, isErrorCode, type Refusal, refuse } from '@suffrage/contracts/errors';
import { z } from 'zod';
import { type Fetch, NOTHING_OF_THE_VOTER, retryAfterMillis, systemFetch } from './private-fetch.ts';

const problemDocument = z.looseObject({
  code: z.string(),
  field: z.string().optional(),
  detail: z.string().optional(),
});

/** The refusal in a problem document; a code that this version does not know counts as a fault over there. */
export function readProblem(json: unknown): Refusal {
  const parsed = problemDocument.safeParse(json);
  if (!parsed.success || !isErrorCode(parsed.data.code)) return refuse('internal');
  return refuse(parsed.data.code, parsed.data.field, parsed.data.detail);
}

export function isRetryable(code: ErrorCode): boolean {
  return errorRegistry[code].retryable;
}

const ANSWER_MILLIS = 10_000;

type JsonRequest = {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
};

/** A refusal as it came over HTTP. */
export type HttpRefusal = Refusal & { readonly status: number; readonly retryAfterMillis: number };

/** JSON over HTTP with a deadline. Status 2xx gives the parsed body, anything else a refusal; no answer throws. */
export async function requestJson<T>(
  url: string,
  schema: z.ZodType<T>,
  { method = 'GET', body, headers, fetch = systemFetch, signal }: JsonRequest = {},
): Promise<{ readonly ok: true; readonly value: T } | HttpRefusal> {
  const timeout = AbortSignal.timeout(ANSWER_MILLIS);
  const response = await fetch(url, {
    ...NOTHING_OF_THE_VOTER,
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const json: unknown = await response.json().catch(() => undefined);
  if (response.ok) return { ok: true, value: schema.parse(json) };
  const { status } = response;
  return { ...readProblem(json), status, retryAfterMillis: retryAfterMillis(response.headers) };
}
