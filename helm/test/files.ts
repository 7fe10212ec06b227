import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { basename } from 'node:path';

/** What a real installation has in its secret files, by the name of the file in the pod. */
export function contentOf(file: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = () => privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const keys = () => publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const name = basename(file);
  switch (name) {
    case 'receiptKey':
    case 'resultsKey':
    case 'auditorKey':
      return key();
    case 'receipt-public-keys.pem':
    case 'results-public-keys.pem':
      return keys();
    case 'votesDatabases':
    case 'votesDatabasesOwner':
    case 'votesReplicas':
      // A port that nobody listens on: what connects fails at once.
      return 'postgresql://votes:secret@127.0.0.1:1/votes\n';
    case 'registrarDatabase':
    case 'registrarDatabaseOwner':
      return 'postgresql://registrar:secret@127.0.0.1:1/registrar\n';
    case 'redisUrl':
    case 'limitsRedisUrl':
      return 'rediss://:secret@127.0.0.1:1/0\n';
    case 'managerTokens':
      return 'ann token-of-ann\n';
    case 'codeKey':
    case 'electionKeysSecret':
      return randomBytes(32).toString('base64');
    case 'auditorToken':
    case 'kafkaPassword':
    case 'registrarKafkaPassword':
    case 'captchaSecret':
      return randomBytes(24).toString('base64url');
    case 'wait-for-empty-queue.mjs':
      return '// not started here\n';
    default:
      throw new Error(`nobody knows what belongs into ${file}`);
  }
}
