import type { Proof } from '@suffrage/client/browser';
import * as z from 'zod/mini';
import { say } from '../language/say.ts';

const sessionSchema = z.object({ session: z.string() });
const problemSchema = z.object({ code: z.string() });

export type SessionAnswer =
  | { readonly ok: true; readonly proof: Proof }
  | { readonly ok: false; readonly why: string };

const TIMEOUT_MILLIS = 10_000;

/** Asks the registrar for the right to one token, in an election that is open to everybody. Never throws. */
export async function openSession(electionId: string): Promise<SessionAnswer> {
  try {
    const response = await fetch(`/api/registrar/v1/elections/${encodeURIComponent(electionId)}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: '{}',
      cache: 'no-store',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    });
    const body: unknown = await response.json();
    const given = sessionSchema.safeParse(body);
    if (response.ok && given.success) return { ok: true, proof: { bearer: given.data.session } };
    const refused = problemSchema.safeParse(body);
    if (!refused.success) return { ok: false, why: say('registrar.away') };
    return { ok: false, why: wordsOf(refused.data.code) };
  } catch {
    return { ok: false, why: say('registrar.away') };
  }
}

function wordsOf(code: string): string {
  switch (code) {
    case 'captcha-refused':
      return say('review.captcha');
    case 'rate-limited':
      return say('review.session-many');
    case 'election-closed':
    case 'keys-destroyed':
      return say('vote.over-why');
    default:
      return say('review.session-refused', { code });
  }
}
