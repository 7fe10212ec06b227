import { useSyncExternalStore } from 'react';

/**
 * Who manages signs in for one tab, and until it is closed. The token is sent to the registrar of this origin, and nowhere
 * else.
 */
const KEY = 'suffrage:manager';
const listeners = new Set<() => void>();
let token: string | null = read();
let hasEnded = false;

export function beginSession(given: string): void {
  hasEnded = false;
  change(given);
}

/** `refused`: the registrar does not know the token, or no longer. */
export function endSession(why: 'left' | 'refused'): void {
  hasEnded = why === 'refused';
  change(null);
}

export const sessionToken = (): string | null => token;

/** Whether the last session was ended by the registrar. */
export const wasRefused = (): boolean => hasEnded;

export function useSession(): string | null {
  return useSyncExternalStore(subscribe, sessionToken);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(next: string | null): void {
  token = next;
  try {
    if (next === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, next);
  } catch {
    /* Then it lasts until the page is left. */
  }
  for (const listener of listeners) listener();
}

function read(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
