import { createSecretKey, type KeyObject } from 'node:crypto';
import type { ElectionDefinition } from '@suffrage/contracts/election';
import { publishedTokenKey, tokenPrivateKey } from '@suffrage/contracts/token-keys.node';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import { keepRecent } from '../keep-recent.ts';
import { loadKeys } from './key-store.ts';
import type { KeyVault } from './key-vault.ts';

/** Private keys of elections as they are used, kept for a while: decrypting them may cost a request to KMS. */
export type ElectionKeys = {
  /**
   * Those that this definition names: keys that have been replaced meanwhile, here or by another process, are never used.
   * `undefined` when the election has none, or none any more. @throws Error when it has others than it names.
   */
  of(definition: NamedKeys): Promise<UsableKeys | undefined>;
  /** They have been destroyed, or replaced. */
  forget(electionId: string): void;
};
type NamedKeys = Pick<ElectionDefinition, 'id' | 'tokenKeys'>;
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
  const recent = keepRecent<UsableKeys>({ millis: KEPT_MILLIS, most: MOST_KEPT, clock });

  const load = async (electionId: string, keyId: string | undefined): Promise<UsableKeys | undefined> => {
    const plain = await loadKeys(pool, vault, electionId);
    if (!plain) return undefined;
    const tokenKey = tokenPrivateKey(plain.tokenKey);
    if (publishedTokenKey(tokenKey).keyId !== keyId)
      throw new Error(`the token key of ${electionId} is not the one that its definition names`);
    return {
      tokenKey,
      referenceKey: createSecretKey(plain.referenceKey),
      registrarKey: plain.registrarKey && tokenPrivateKey(plain.registrarKey),
    };
  };
  return {
    of: ({ id, tokenKeys: [named] }) => recent.get(`${id} ${named?.keyId}`, () => load(id, named?.keyId)),
    forget: electionId => recent.forget(name => name.startsWith(`${electionId} `)),
  };
}
