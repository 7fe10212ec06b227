import { type ErrorCode, errorRegistry, isErrorCode, type Refusal, refuse } from '@suffrage/contracts/errors';
import { z } from 'zod';

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

/** JSON over HTTP with a deadline. Status 2xx gives the parsed body, anything else a refusal; no answer throws. */
export async function requestJson<T>(
  url: string,
  schema: z.ZodType<T>,
  init: { readonly method?: string; readonly body?: unknown; readonly headers?: Record<string, string> } = {},
): Promise<{ readonly ok: true; readonly value: T } | Refusal> {
  const response = await fetch(url, {
    method: init.method ?? 'GET',
    headers: { ...(init.body === undefined ? {} : { 'content-type': 'application/json' }), ...init.headers },
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    signal: AbortSignal.timeout(ANSWER_MILLIS),
  });
  const json: unknown = await response.json().catch(() => undefined);
  return response.ok ? { ok: true, value: schema.parse(json) } : readProblem(json);
}
