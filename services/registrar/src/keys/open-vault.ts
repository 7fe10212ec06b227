import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import { createKeyVault, type KeyVault, localWrappingKey, readLocalKey } from './key-vault.ts';
import { kmsWrappingKey } from './kms-key.ts';

type Settings = {
  readonly SUFFRAGE_ELECTION_KEYS_SECRET_FILE?: string | undefined;
  readonly SUFFRAGE_KMS_KEY_ID?: string | undefined;
  readonly SUFFRAGE_KMS_ENDPOINT?: string | undefined;
};

/** With a KMS key that one wraps; a local key that is set as well still unwraps what it has wrapped. */
export function openVault(settings: Settings, lifecycle: Lifecycle): KeyVault {
  const secret = settings.SUFFRAGE_ELECTION_KEYS_SECRET_FILE;
  const local = secret === undefined ? undefined : readLocalKey(secret);
  const keys = local ? [localWrappingKey(local)] : [];
  if (settings.SUFFRAGE_KMS_KEY_ID === undefined) return createKeyVault(keys, local);
  const kms = kmsWrappingKey(settings.SUFFRAGE_KMS_KEY_ID, settings.SUFFRAGE_KMS_ENDPOINT);
  lifecycle.onClose('kms client', () => kms.close());
  return createKeyVault([kms, ...keys], local);
}
