import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
} from 'node:crypto';
import { toBase64url } from './bytes.ts';
import { inclusionPath, merkleTree } from './merkle.ts';
import {
  type Acceptance,
  type InstanceCertificate,
  instanceCertificateMessage,
  type Receipt,
  receiptLeaf,
  receiptRootMessage,
} from './receipt.ts';

/** Signs the receipts of one produced batch: one signature over the tree's root, hashes for the rest. */
export type ReceiptSigner = (accepted: readonly Acceptance[]) => readonly Receipt[];

/**
 * Makes this process's own key and has the receipt key (Ed25519, PKCS#8 PEM) certify it, so that the long-lived key
 * signs once per process start and never on the path of a vote.
 */
export function createReceiptSigner(receiptKeyPem: string, instance: string): ReceiptSigner {
  const receiptKey = createPrivateKey(receiptKeyPem);
  const own = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(own.publicKey);
  const certificate: InstanceCertificate = {
    instance,
    publicKey: toBase64url(publicKey),
    receiptKeyId: publishedKey(createPublicKey(receiptKey)).keyId,
    signature: toBase64url(sign(null, instanceCertificateMessage(instance, publicKey), receiptKey)),
  };
  return receiptSigner(certificate, (size, root) =>
    sign(null, receiptRootMessage(size, root), own.privateKey),
  );
}

/** Builds the receipts of a batch around the signature of its tree's size and root. */
export function receiptSigner(
  certificate: InstanceCertificate,
  signRoot: (size: number, root: Uint8Array) => Uint8Array,
): ReceiptSigner {
  return accepted => {
    const { root, levels } = merkleTree(accepted.map(receiptLeaf));
    // Half of the leaves share each node: it is written once, not once for each path.
    const written = levels.map(level => level.map(toBase64url));
    const signature = toBase64url(signRoot(accepted.length, root));
    return accepted.map((acceptance, leafIndex) => ({
      electionId: acceptance.electionId,
      voteId: toBase64url(acceptance.voteId),
      topic: acceptance.topic,
      partition: acceptance.partition,
      offset: acceptance.offset.toString(),
      timestamp: acceptance.timestamp,
      leafIndex,
      treeSize: accepted.length,
      path: inclusionPath(written, leafIndex),
      signature,
      certificate,
    }));
  };
}

function rawPublicKey(key: KeyObject): Uint8Array {
  const { x } = key.export({ format: 'jwk' });
  if (x === undefined) throw new Error('an Ed25519 public key has an x coordinate');
  return Buffer.from(x, 'base64url');
}

/** SPKI DER and its SHA-256, as a definition publishes a key. */
export function publishedKey(key: KeyObject): { readonly keyId: string; readonly publicKey: string } {
  const spki = key.export({ format: 'der', type: 'spki' });
  return {
    keyId: hash('sha256', spki, 'buffer').toString('base64url'),
    publicKey: spki.toString('base64url'),
  };
}
