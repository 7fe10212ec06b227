import { useSyncExternalStore } from 'react';
import * as z from 'zod/mini';
import '../api/zod-without-eval.ts';
import { type Renewal, renewalSchema } from '../sign-in/renewal.ts';

/**
 * Who manages signs in for one tab, and until it is closed. The access token is sent to the registrar of this origin, and
 * nowhere else; what renews it to the provider that gave it.
 */
export type Session = z.infer<typeof sessionSchema>;

const sessionSchema = z.object({
  /** The same as long as the sign-in lasts, however often the token is renewed. */
  id: z.string(),
  token: z.string(),
  renewal: z.optional(renewalSchema),
});

const KEY = 'suffrage:manager';
const listeners = new Set<() => void>();
let session: Session | null = read();
let hasEnded = false;

export function beginSession(token: string, renewal?: Renewal): void {
  hasEnded = false;
  change({ id: crypto.randomUUID(), token, ...(renewal ? { renewal } : {}) });
}

/** Another token of the same sign-in, or none any more after this one; unless the sign-in has ended meanwhile. */
export function continueSession(id: string, token: string, renewal: Renewal | undefined): void {
  if (session?.id === id) change({ id, token, ...(renewal ? { renewal } : {}) });
}

/** `refused`: the registrar does not know the token, or no longer. */
export function endSession(why: 'left' | 'refused'): void {
  hasEnded = why === 'refused';
  change(null);
}

export const currentSession = (): Session | null => session;

/** Whether the last session was ended by the registrar. */
export const wasRefused = (): boolean => hasEnded;

/** Which sign-in it is; `null` where nobody has signed in. */
export function useSession(): string | null {
  return useSyncExternalStore(subscribe, () => session?.id ?? null);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(next: Session | null): void {
  session = next;
  try {
    if (next === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    /* Then it lasts until the page is left. */
  }
  for (const listener of listeners) listener();
}

function read(): Session | null {
  try {
    return sessionSchema.parse(JSON.parse(sessionStorage.getItem(KEY) ?? 'null'));
  } catch {
    return null;
  }
}
