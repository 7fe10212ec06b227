import type { Client, Pool } from '@suffrage/runtime/postgres/pool';
import type { KeyVault } from './key-vault.ts';

/** The private keys of an election, plain: never stored, logged or sent. */
export type PlainKeys = {
  /** PKCS#8 DER: signs tokens. */
  readonly tokenKey: Uint8Array;
  /** 32 bytes: keys the HMAC that makes voter references. */
  readonly referenceKey: Uint8Array;
  /** PKCS#8 DER: signs the registrar's statements. Elections from before there were such keys have none. */
  readonly registrarKey: Uint8Array | undefined;
};

/** As the table `election_keys` has them. */
export type SealedKeys = {
  readonly dataKey: Uint8Array | undefined;
  readonly tokenKey: Uint8Array;
  readonly referenceKey: Uint8Array;
  readonly registrarKey: Uint8Array | undefined;
};

type Row = {
  readonly data_key: Buffer | null;
  readonly token_key: Buffer;
  readonly reference_key: Buffer;
  readonly registrar_key: Buffer | null;
};

export async function sealKeys(vault: KeyVault, electionId: string, keys: PlainKeys): Promise<SealedKeys> {
  const { dataKey, seal } = await vault.create(electionId);
  return {
    dataKey,
    tokenKey: seal(keys.tokenKey),
    referenceKey: seal(keys.referenceKey),
    registrarKey: keys.registrarKey && seal(keys.registrarKey),
  };
}

/** `undefined` when the election has no keys, or none any more. @throws Error when they can't be decrypted. */
export async function loadKeys(
  pool: Pool | Client,
  vault: KeyVault,
  electionId: string,
): Promise<PlainKeys | undefined> {
  const { rows } = await pool.query<Row>(
    'select data_key, token_key, reference_key, registrar_key from election_keys where election_id = $1',
    [electionId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const open = await vault.unlock(electionId, row.data_key ?? undefined);
  return {
    tokenKey: open(row.token_key),
    referenceKey: open(row.reference_key),
    registrarKey: row.registrar_key === null ? undefined : open(row.registrar_key),
  };
}

export async function storeKeys(client: Client, electionId: string, keys: SealedKeys): Promise<void> {
  await client.query(
    `insert into election_keys (election_id, data_key, token_key, reference_key, registrar_key)
     values ($1, $2, $3, $4, $5)
     on conflict (election_id) do update set data_key = excluded.data_key, token_key = excluded.token_key,
       reference_key = excluded.reference_key, registrar_key = excluded.registrar_key`,
    [electionId, keys.dataKey ?? null, keys.tokenKey, keys.referenceKey, keys.registrarKey ?? null],
  );
}
