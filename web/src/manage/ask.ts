import type { z } from 'zod';
import { type Problem, problemSchema } from './schemas.ts';
import { fetchTelling, type OnSent } from './fetch-telling.ts';
import { say } from './say.ts';
import { currentToken, renewRefused } from './renew-session.ts';
import { endSession } from './session.ts';

/** A request was answered with a refusal, or not at all; `problem` says why. */
export class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

type Body = { readonly json: unknown } | { readonly csv: Blob };
type Request = {
  readonly method?: 'POST' | 'PUT' | 'DELETE';
  readonly body?: Body;
  /** The revision of a draft that is replaced: no other is. */
  readonly replaces?: string | undefined;
  readonly signal?: AbortSignal;
  /** For a file that takes its time. */
  readonly onSent?: OnSent;
};

/** Longer than the registrar takes for a roll of five million voters over a slow line. */
const LONG_MILLIS = 30 * 60_000;
const TIMEOUT_MILLIS = 20_000;

/** Asks the registrar as who is signed in. @throws Refused */
export async function ask<T>(path: string, schema: z.ZodType<T>, request: Request = {}): Promise<T> {
  const response = await send(`/api/registrar${path}`, request);
  const read = schema.safeParse(
    response.status === 204 ? null : await response.json().catch(() => undefined),
  );
  if (!read.success) throw new Refused({ code: 'unreadable', title: say('refused.unreadable') });
  return read.data;
}

/** The same, for an answer that is a file. @throws Refused */
export async function askForFile(path: string, request: Request): Promise<Blob> {
  const response = await send(`/api/registrar${path}`, request);
  return response.blob().catch(() => {
    throw new Refused({ code: 'broken-off', title: say('refused.broken-off') });
  });
}

/** Asks the results service, which needs no token: it knows no managers. `undefined` for what has not been stated. */
export async function askResults<T>(
  path: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | null> {
  const response = await fetchOrRefuse(`/api/results${path}`, { signal: limited(signal, TIMEOUT_MILLIS) });
  if (response.status === 404) return null;
  const read = schema.safeParse(await response.json().catch(() => undefined));
  if (response.ok && read.success) return read.data;
  throw new Refused({ code: 'unreadable', title: say('refused.unreadable') });
}

async function send(address: string, request: Request): Promise<Response> {
  const response = await sendRenewed(address, request);
  if (response.ok) return response;
  if (response.status === 401) endSession('refused');
  const problem = problemSchema.safeParse(await response.json().catch(() => undefined));
  throw new Refused(problem.data ?? { code: 'unreadable', title: say('refused.unreadable') });
}

/** A token that is refused is renewed, where it can be, and the request sent once more: nothing was done of the first. */
async function sendRenewed(address: string, request: Request): Promise<Response> {
  const token = await currentToken();
  const response = await sendWith(token, address, request);
  if (response.status !== 401 || token === null) return response;
  const renewed = await renewRefused(token);
  if (renewed === 'unavailable')
    throw new Refused({ code: 'sign-in-unavailable', title: say('refused.sign-in-unavailable') });
  return renewed === 'ended' ? response : sendWith(renewed.token, address, request);
}

function sendWith(token: string | null, address: string, request: Request): Promise<Response> {
  const { method, body, replaces, signal, onSent } = request;
  const headers = {
    accept: 'application/json, text/csv',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(replaces === undefined ? {} : { 'if-match': `"${replaces}"` }),
    ...contentType(body),
  };
  const ending = limited(signal, method === undefined ? TIMEOUT_MILLIS : LONG_MILLIS);
  if (method !== undefined && body !== undefined && 'csv' in body && onSent)
    return orRefuse(fetchTelling(address, { method, headers, body: body.csv, signal: ending }, onSent));
  return fetchOrRefuse(address, {
    ...(method === undefined ? {} : { method }),
    headers,
    ...(body === undefined ? {} : { body: 'csv' in body ? body.csv : JSON.stringify(body.json) }),
    signal: ending,
  });
}

function fetchOrRefuse(address: string, init: RequestInit): Promise<Response> {
  const plain = { cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer' } as const;
  return orRefuse(fetch(address, { ...plain, ...init }));
}

async function orRefuse(response: Promise<Response>): Promise<Response> {
  try {
    return await response;
  } catch {
    throw new Refused({ code: 'unreachable', title: say('refused.unreachable') });
  }
}

function contentType(body: Body | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': 'csv' in body ? 'text/csv' : 'application/json' };
}

function limited(signal: AbortSignal | undefined, millis: number): AbortSignal {
  const timeout = AbortSignal.timeout(millis);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}
