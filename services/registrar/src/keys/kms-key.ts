import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import type { WrappingKey } from './key-vault.ts';

const ATTEMPTS = 3;
const CONNECT_MILLIS = 2_000;
const REQUEST_MILLIS = 5_000;

/**
 * A symmetric key of AWS KMS. Region and credentials are the SDK's own (environment, pod identity); the key's policy may
 * bind the service to the encryption context, which names the election.
 * @param endpoint instead of AWS's own, such as a VPC endpoint.
 */
export function kmsWrappingKey(keyId: string, endpoint?: string): WrappingKey & { close(): void } {
  const client = new KMSClient({
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MILLIS, requestTimeout: REQUEST_MILLIS },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const context = (electionId: string) => ({ 'suffrage:election': electionId });
  return {
    kind: 'kms',
    async wrap(electionId, dataKey) {
      const answer = await client.send(
        new EncryptCommand({ KeyId: keyId, Plaintext: dataKey, EncryptionContext: context(electionId) }),
      );
      if (!answer.CiphertextBlob) throw new Error('KMS answered without a ciphertext');
      return answer.CiphertextBlob;
    },
    async unwrap(electionId, wrapped) {
      // KeyId: a ciphertext of somebody else's key is refused, not decrypted.
      const answer = await client.send(
        new DecryptCommand({
          KeyId: keyId,
          CiphertextBlob: wrapped,
          EncryptionContext: context(electionId),
        }),
      );
      if (!answer.Plaintext) throw new Error('KMS answered without a plaintext');
      return answer.Plaintext;
    },
    close: () => client.destroy(),
  };
}
