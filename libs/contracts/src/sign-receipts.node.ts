import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
} from 'node:crypto';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { concat, toBase64url } from './bytes.ts';
import { Receipt as ReceiptMessage } from './generated/suffrage/v1/vote_service.ts';
import { inclusionPath, merkleTree } from './merkle.ts';
import {
  type Acceptance,
  type InstanceCertificate,
  instanceCertificateMessage,
  type Receipt,
  receiptLeaf,
  receiptRootMessage,
} from './receipt.ts';

/** A receipt of a batch, put together in the form that its reader asks for. */
export type IssuedReceipt = {
  readonly toJson: () => Receipt;
  /** The bytes of a `suffrage.v1.Receipt`. */
  readonly toProtobuf: () => Uint8Array;
};

/** Issues the receipts of one produced batch: one signature over the tree's root, hashes for the rest. */
export type ReceiptIssuer = (accepted: readonly Acceptance[]) => readonly IssuedReceipt[];

/**
 * Makes this process's own key and has the receipt key (Ed25519, PKCS#8 PEM) certify it, so that the long-lived key
 * signs once per process start and never on the path of a vote.
 */
export function createReceiptIssuer(receiptKeyPem: string, instance: string): ReceiptIssuer {
  const receiptKey = createPrivateKey(receiptKeyPem);
  const own = generateKeyPairSync('ed25519');
  const publicKey = rawPublicKey(own.publicKey);
  const certificate: InstanceCertificate = {
    instance,
    publicKey: toBase64url(publicKey),
    receiptKeyId: publishedKey(createPublicKey(receiptKey)).keyId,
    signature: toBase64url(sign(null, instanceCertificateMessage(instance, publicKey), receiptKey)),
  };
  return receiptIssuer(certificate, (size, root) =>
    sign(null, receiptRootMessage(size, root), own.privateKey),
  );
}

/** The same, with each receipt as JSON. */
export function createReceiptSigner(
  receiptKeyPem: string,
  instance: string,
): (accepted: readonly Acceptance[]) => readonly Receipt[] {
  const issue = createReceiptIssuer(receiptKeyPem, instance);
  return accepted => issue(accepted).map(receipt => receipt.toJson());
}

/** Builds the receipts of a batch around the signature of its tree's size and root. */
export function receiptIssuer(
  certificate: InstanceCertificate,
  signRoot: (size: number, root: Uint8Array) => Uint8Array,
): ReceiptIssuer {
  const certificateMessage = {
    instance: certificate.instance,
    publicKey: Buffer.from(certificate.publicKey, 'base64url'),
    receiptKeyId: Buffer.from(certificate.receiptKeyId, 'base64url'),
    signature: Buffer.from(certificate.signature, 'base64url'),
  };
  return accepted => {
    const treeSize = accepted.length;
    const { root, levels } = merkleTree(accepted.map(receiptLeaf));
    const signature = signRoot(treeSize, root);
    const written = once(() => ({
      // Half of the leaves share each node: it is written once, not once for each path.
      levels: levels.map(level => level.map(toBase64url)),
      signature: toBase64url(signature),
    }));
    // A message may come in parts, whose fields add up: what all receipts of the batch have is encoded once.
    const sharedPart = once(() => encode({ ...EMPTY, treeSize, signature, certificate: certificateMessage }));
    return accepted.map((acceptance, leafIndex) => ({
      toJson: () => ({
        electionId: acceptance.electionId,
        voteId: toBase64url(acceptance.voteId),
        topic: acceptance.topic,
        partition: acceptance.partition,
        offset: acceptance.offset.toString(),
        timestamp: acceptance.timestamp,
        leafIndex,
        treeSize,
        path: inclusionPath(written().levels, leafIndex),
        signature: written().signature,
        certificate,
      }),
      toProtobuf: () =>
        concat(
          encode({
            ...EMPTY,
            ...acceptance,
            timestamp: BigInt(acceptance.timestamp),
            leafIndex,
            path: inclusionPath(levels, leafIndex),
          }),
          sharedPart(),
        ),
    }));
  };
}

const EMPTY: ReceiptMessage = {
  electionId: '',
  voteId: new Uint8Array(0),
  topic: '',
  partition: 0,
  offset: 0n,
  timestamp: 0n,
  leafIndex: 0,
  treeSize: 0,
  path: [],
  signature: new Uint8Array(0),
  certificate: undefined,
};

/** Kept, because a new one for each receipt grows several times. */
const writer = new BinaryWriter();

function encode(message: ReceiptMessage): Uint8Array {
  try {
    return ReceiptMessage.encode(message, writer).finish();
  } catch (error) {
    // Empties the writer of what came before the fault.
    writer.finish();
    throw error;
  }
}

/** Makes the value when it is first asked for. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
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
