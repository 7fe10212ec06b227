import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { generateEd25519Key, generateSecretTokenKey } from '@suffrage/contracts/token-keys.node';
import { inTransaction, type Pool } from '@suffrage/runtime/postgres/pool';
import { type Actor, recordAction } from '../action-store.ts';
import { lockElection } from '../election-store.ts';
import type { ElectionKeys } from './election-keys.ts';
import { loadKeys, sealKeys, storeKeys } from './key-store.ts';
import type { KeyVault } from './key-vault.ts';

export type RotateResult = { readonly ok: true; readonly tokenKeyId: string } | Refusal;

/**
 * New token and statement keys, under a new data key, for an election that is still a draft. Afterwards the definition names
 * them and is locked: a token under another key could not be told from a forged one, so an open election is refused, and a
 * key that is lost ends it. The reference key stays, because the roll is known by it.
 */
export type RotateKeys = (by: Actor, electionId: string) => Promise<RotateResult>;

export function createRotateKeys({
  pool,
  vault,
  keys,
  clock,
}: {
  readonly pool: Pool;
  readonly vault: KeyVault;
  readonly keys: ElectionKeys;
  readonly clock: () => number;
}): RotateKeys {
  return (by, electionId) =>
    inTransaction(pool, 'begin', async (client): Promise<RotateResult> => {
      const election = await lockElection(client, electionId, 'update');
      if (!election) return refuse('election-unknown');
      const { definition, phase } = election;
      if (phase !== 'draft')
        return refuse(
          'election-phase',
          undefined,
          'the keys of a published election are part of its definition',
        );
      const before = await loadKeys(client, vault, electionId);
      if (!before) return refuse('keys-destroyed');
      const token = await (definition.mode === 'secret' ? generateSecretTokenKey() : generateEd25519Key());
      const own = await generateEd25519Key();
      const sealed = await sealKeys(vault, electionId, {
        tokenKey: token.privateKey.reveal(),
        referenceKey: before.referenceKey,
        registrarKey: own.privateKey.reveal(),
      });
      await storeKeys(client, electionId, sealed);
      const next = { ...definition, tokenKeys: [token.published], registrarKeys: [own.published] };
      await client.query('update elections set definition = $2 where id = $1', [
        electionId,
        JSON.stringify(next),
      ]);
      await recordAction(client, { electionId, by, action: 'keys-rotated', at: clock() });
      keys.forget(electionId);
      return { ok: true, tokenKeyId: token.published.keyId };
    });
}
