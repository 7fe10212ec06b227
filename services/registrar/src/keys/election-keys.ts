import { createSecretKey, type KeyObject } from 'node:crypto';
import { tokenPrivateKey } from '@suffrage/contracts/token-keys.node';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { loadKeys } from './key-store.ts';
import type { KeyVault } from './key-vault.ts';

/** Private keys of elections as they are used, kept for a while: decrypting them may cost a request to KMS. */
export type ElectionKeys = {
  /** `undefined` when the election has none, or none any more. */
  of(electionId: string): Promise<UsableKeys | undefined>;
  /** They have been destroyed, or replaced. */
  forget(electionId: string): void;
};
export type UsableKeys = {
  readonly tokenKey: KeyObject;
  /** A key object: HMAC with one costs a sixth of HMAC with bytes. */
  readonly referenceKey: KeyObject;
  /** Elections from before there were such keys have none. */
  readonly registrarKey: KeyObject | undefined;
};

/** So long a destroyed key may go on in a process that has used it. */
const KEPT_MILLIS = 10 * 60_000;
const MOST_KEPT = 1_000;

export function createElectionKeys({
  pool,
  vault,
  clock,
}: {
  readonly pool: Pool;
  readonly vault: KeyVault;
  readonly clock: () => number;
}): ElectionKeys {
  const kept = new Map<string, { readonly keys: Promise<UsableKeys | undefined>; readonly until: number }>();

  const load = async (electionId: string): Promise<UsableKeys | undefined> => {
    const plain = await loadKeys(pool, vault, electionId);
    return (
      plain && {
        tokenKey: tokenPrivateKey(plain.tokenKey),
        referenceKey: createSecretKey(plain.referenceKey),
        registrarKey: plain.registrarKey && tokenPrivateKey(plain.registrarKey),
      }
    );
  };
  const forget = (electionId: string) => void kept.delete(electionId);

  return {
    forget,
    of(electionId) {
      const known = kept.get(electionId);
      if (known && clock() < known.until) return known.keys;
      kept.delete(electionId);
      const [oldest] = kept.keys();
      if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
      const keys = load(electionId);
      kept.set(electionId, { keys, until: clock() + KEPT_MILLIS });
      // What is not there, or could not be had, is asked for again.
      keys.then(
        found => found ?? forget(electionId),
        () => forget(electionId),
      );
      return keys;
    },
  };
}
