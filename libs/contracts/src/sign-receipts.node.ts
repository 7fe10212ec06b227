import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
} from 'node:crypto';
import { rememberLast, toBase64url } from './bytes.ts';
import { Receipt as ReceiptMessage } from './generated/suffrage/v1/vote_service.ts';
import { HASH_LENGTH, hashesOf, inclusionPath, merkleTree } from './merkle.ts';
import {
  type Acceptance,
  type InstanceCertificate,
  instanceCertificateMessage,
  type Receipt,
  receiptRootMessage,
  receiptSchema,
  writeReceiptLeaf,
} from './receipt.ts';
import { ownFieldsLength, writeOwnFields } from './write-receipt.ts';

/** A receipt of a batch, put together in the form that its reader asks for. */
export type IssuedReceipt = {
  /** As JSON; what the batch shares is written once. */
  readonly toText: () => string;
  /** How many bytes it has as a `suffrage.v1.Receipt`. */
  readonly protobufLength: () => number;
  /** Writes them to `to` from there on. @returns where they end */
  readonly writeProtobuf: (to: Uint8Array, at: number) => number;
};

/** A batch that was appended: record `i` lies at `offset + i`. */
export type AppendedBatch = Omit<Acceptance, 'electionId' | 'voteId'> & {
  readonly votes: readonly Pick<Acceptance, 'electionId' | 'voteId'>[];
};

/** Issues the receipts of one batch, in its order: one signature over the tree's root, hashes for the rest. */
export type ReceiptIssuer = (batch: AppendedBatch) => readonly IssuedReceipt[];

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

/** The same for acceptances of one batch, in its order, with each receipt as JSON. */
export function createReceiptSigner(
  receiptKeyPem: string,
  instance: string,
): (accepted: readonly Acceptance[]) => readonly Receipt[] {
  const issue = createReceiptIssuer(receiptKeyPem, instance);
  return accepted => {
    const [first] = accepted;
    return first
      ? issue({ ...first, votes: accepted }).map(receipt => receiptSchema.parse(JSON.parse(receipt.toText())))
      : [];
  };
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
  const certificateText = JSON.stringify(certificate);
  return ({ votes, topic, partition, offset, timestamp }) => {
    if (offset > MAX_OFFSET) throw new RangeError(`the log has offset ${offset}`);
    const treeSize = votes.length;
    const leaves = new Uint8Array(treeSize * HASH_LENGTH);
    for (const [place, { electionId, voteId }] of votes.entries()) {
      const acceptance = { electionId, voteId, topic, partition, offset: offset + BigInt(place), timestamp };
      writeReceiptLeaf(leaves, place * HASH_LENGTH, acceptance);
    }
    const { root, levels } = merkleTree(leaves);
    const signature = signRoot(treeSize, root);
    const texts = once(() => ({
      // Half of the leaves share each node: it is written once, not once for each path.
      levels: levels.map(level => hashesOf(level).map(node => `"${toBase64url(node)}"`)),
      // Between and behind what each receipt has of its own.
      place: `","topic":${JSON.stringify(topic)},"partition":${partition},"offset":"`,
      time: `","timestamp":${timestamp},"leafIndex":`,
      size: `,"treeSize":${treeSize},"path":[`,
      end: `],"signature":"${toBase64url(signature)}","certificate":${certificateText}}`,
    }));
    // A message may come in parts, whose fields add up: what all receipts of the batch have is encoded once.
    const shared = once(() =>
      ReceiptMessage.encode({
        ...EMPTY,
        topic,
        partition,
        timestamp: BigInt(timestamp),
        treeSize,
        signature,
        certificate: certificateMessage,
      }).finish(),
    );
    return votes.map(({ electionId, voteId }, leafIndex) => {
      const own = { electionId, voteId, offset: Number(offset) + leafIndex, leafIndex, levels };
      return {
        toText() {
          const { levels: nodes, place, time, size, end } = texts();
          const vote = `{"electionId":${electionText(electionId)},"voteId":"${toBase64url(voteId)}`;
          return `${vote}${place}${own.offset}${time}${leafIndex}${size}${inclusionPath(nodes, leafIndex).join()}${end}`;
        },
        protobufLength: () => ownFieldsLength(own) + shared().length,
        writeProtobuf(to, at) {
          const begin = writeOwnFields(to, at, own);
          to.set(shared(), begin);
          return begin + shared().length;
        },
      };
    });
  };
}

const electionText = rememberLast(electionId => JSON.stringify(electionId));

/** Offsets are written as numbers; no partition comes near. */
const MAX_OFFSET = BigInt(Number.MAX_SAFE_INTEGER) - 0xffffn;

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
