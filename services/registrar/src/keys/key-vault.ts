import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * Envelope encryption: what lies in the database is encrypted under a data key of its election, and the data key under a
 * key that never is in the database. Whoever destroys the data key has destroyed all that it encrypts.
 */
export type KeyVault = {
  /** A fresh data key, as it may be stored, and what encrypts under it. */
  create(electionId: string): Promise<{ readonly dataKey: Buffer; readonly seal: Seal }>;
  /**
   * What decrypts under a stored data key. Without one (elections from before) the vault's own key is used, if it is local.
   * @throws Error when the data key was altered, belongs to another election, or is under another key.
   */
  unlock(electionId: string, dataKey: Uint8Array | undefined): Promise<Open>;
  /** The same data key under the vault's present key. */
  rewrap(electionId: string, dataKey: Uint8Array): Promise<Buffer>;
};
export type Seal = (plain: Uint8Array) => Buffer;
/** @throws Error when the bytes were altered, moved to another election, or sealed under another key. */
export type Open = (sealed: Uint8Array) => Buffer;

/** The key that encrypts data keys: a local file, or a key management service that never gives it out. */
export type WrappingKey = {
  /** Stored with what it wraps, so that both kinds can be read while an installation moves from one to the other. */
  readonly kind: 'local' | 'kms';
  wrap(electionId: string, dataKey: Uint8Array): Promise<Uint8Array>;
  unwrap(electionId: string, wrapped: Uint8Array): Promise<Uint8Array>;
};

const DATA_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KINDS = { local: 1, kms: 2 } as const;

/**
 * @param keys the first wraps what is new; all unwrap.
 * @param legacy opens the keys of elections that have no data key.
 */
export function createKeyVault(keys: readonly WrappingKey[], legacy?: Uint8Array): KeyVault {
  const [present] = keys;
  if (!present) throw new Error('election keys need a local key file or a KMS key');

  const unwrap = async (electionId: string, dataKey: Uint8Array): Promise<Uint8Array> => {
    const key = keys.find(({ kind }) => KINDS[kind] === dataKey[0]);
    if (!key) throw new Error(`the data key of ${electionId} is under a kind of key that is not set`);
    const plain = await key.unwrap(electionId, dataKey.subarray(1));
    if (plain.length !== DATA_KEY_BYTES) throw new Error(`the data key of ${electionId} is damaged`);
    return plain;
  };
  const wrap = async (electionId: string, plain: Uint8Array): Promise<Buffer> =>
    Buffer.concat([Uint8Array.of(KINDS[present.kind]), await present.wrap(electionId, plain)]);

  return {
    async create(electionId) {
      const plain = randomBytes(DATA_KEY_BYTES);
      return { dataKey: await wrap(electionId, plain), seal: bytes => encrypt(plain, electionId, bytes) };
    },
    async unlock(electionId, dataKey) {
      const plain = dataKey ? await unwrap(electionId, dataKey) : legacy;
      if (!plain) throw new Error(`the keys of ${electionId} are under a local key, and none is set`);
      return sealed => decrypt(plain, electionId, sealed);
    },
    rewrap: async (electionId, dataKey) => wrap(electionId, await unwrap(electionId, dataKey)),
  };
}

/** @param secretBase64 32 bytes. */
export function readLocalKey(secretBase64: string): Buffer {
  const key = Buffer.from(secretBase64, 'base64');
  if (key.length !== DATA_KEY_BYTES)
    throw new Error('the secret of election keys must be 32 bytes as base64');
  return key;
}

export function localWrappingKey(key: Uint8Array): WrappingKey {
  const bound = (electionId: string) => `suffrage/data-key/v1/${electionId}`;
  return {
    kind: 'local',
    wrap: async (electionId, dataKey) => encrypt(key, bound(electionId), dataKey),
    unwrap: async (electionId, wrapped) => decrypt(key, bound(electionId), wrapped),
  };
}

/** AES-256-GCM with `context` as additional data: `nonce (12) || tag (16) || ciphertext`. */
function encrypt(key: Uint8Array, context: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]);
}

function decrypt(key: Uint8Array, context: string, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed);
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(tag);
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}
