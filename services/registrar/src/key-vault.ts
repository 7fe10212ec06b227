import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Encrypts what lies in the database under a key that does not. */
export type KeyVault = {
  seal(electionId: string, plain: Uint8Array): Buffer;
  /** @throws Error when the bytes were altered, moved to another election, or sealed under another key. */
  open(electionId: string, sealed: Uint8Array): Buffer;
};

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM with the election id as additional data: `nonce (12) || tag (16) || ciphertext`. */
export function createKeyVault(secretBase64: string): KeyVault {
  const key = Buffer.from(secretBase64, 'base64');
  if (key.length !== 32) throw new Error('the secret of election keys must be 32 bytes as base64');
  return {
    seal(electionId, plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(electionId));
      const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), encrypted]);
    },
    open(electionId, sealed) {
      const bytes = Buffer.from(sealed);
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce)
        .setAAD(Buffer.from(electionId))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
  };
}
