import { z } from 'zod';
import {
  concat,
  fromBase64url,
  lengthPrefixed,
  rememberLast,
  u16,
  u32,
  utf8,
  writeU32,
  writeU64,
} from './bytes.ts';
import { leafHash, rootFromPath, writeLeafHash } from './merkle.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);

const instanceCertificate = z.strictObject({
  instance: z.string().min(1).max(253),
  /** Ed25519, 32 raw bytes: the key that one ingestion process made at its start. */
  publicKey: base64url,
  /** Which of the definition's receipt keys signed this certificate. */
  receiptKeyId: base64url,
  signature: base64url,
});

/**
 * Signed proof that a vote was appended to the log at this place, verifiable offline. It names the vote ID, never a
 * choice; where votes are exported later, whoever sees a receipt can look the choice up.
 */
export const receiptSchema = z.strictObject({
  electionId: z.string().min(1),
  voteId: base64url.length(43),
  topic: z.string().min(1),
  partition: z.int().min(0),
  /** Decimal: an offset has 64 bits. */
  offset: z.string().regex(/^(?:0|[1-9]\d{0,18})$/),
  /** Milliseconds since 1970, UTC: ingestion's clock at the append. */
  timestamp: z.int().min(0),
  leafIndex: z.int().min(0),
  treeSize: z.int().min(1),
  path: z.array(base64url.length(43)).max(32),
  signature: base64url,
  certificate: instanceCertificate,
});
export type Receipt = z.infer<typeof receiptSchema>;
export type InstanceCertificate = z.infer<typeof instanceCertificate>;

/** What a receipt states about one vote. */
export type Acceptance = {
  readonly electionId: string;
  /** 32 bytes. */
  readonly voteId: Uint8Array;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Milliseconds since 1970, UTC. */
  readonly timestamp: number;
};

const LEAF_DOMAIN = utf8('suffrage/receipt/v1');
const ROOT_DOMAIN = utf8('suffrage/receipt-root/v1');
const CERTIFICATE_DOMAIN = utf8('suffrage/instance-certificate/v1');

/** RFC 9162 leaf hash of the acceptance, 32 bytes. */
export function receiptLeaf(acceptance: Acceptance): Uint8Array {
  return leafHash(leafData(acceptance));
}

/** The same, written to `to` from there on. */
export function writeReceiptLeaf(to: Uint8Array, at: number, acceptance: Acceptance): void {
  writeLeafHash(to, at, leafData(acceptance));
}

/** To be hashed before the next is asked for. */
function leafData({ electionId, voteId, topic, partition, offset, timestamp }: Acceptance): Uint8Array[] {
  return [
    beginningOf(electionId),
    u16(voteId.length),
    voteId,
    topicBytes(topic),
    placeBytes(partition, offset, timestamp),
  ];
}

const beginningOf = rememberLast(electionId => concat(LEAF_DOMAIN, lengthPrefixed(utf8(electionId))));
const topicBytes = rememberLast(topic => lengthPrefixed(utf8(topic)));

/** Written anew for each leaf. */
const place = new Uint8Array(20);

/** u32 partition, u64 offset, u64 timestamp. @throws RangeError when a number does not fit. */
function placeBytes(partition: number, offset: bigint, timestamp: number): Uint8Array {
  writeU32(place, 0, partition);
  writeU64(place, 4, offset);
  writeU64(place, 12, BigInt(timestamp));
  return place;
}

/** What an instance key signs: `"suffrage/receipt-root/v1" || u32 tree size || root`. */
export function receiptRootMessage(treeSize: number, root: Uint8Array): Uint8Array {
  return concat(ROOT_DOMAIN, u32(treeSize), root);
}

/** What the receipt key signs to vouch for an instance key. `publicKey` has 32 raw bytes. */
export function instanceCertificateMessage(instance: string, publicKey: Uint8Array): Uint8Array {
  return concat(CERTIFICATE_DOMAIN, lengthPrefixed(utf8(instance)), lengthPrefixed(publicKey));
}

/**
 * Recomputes the tree root that a receipt claims, from its own fields and path.
 * `undefined` when a field is not valid base64url or the path does not fit the leaf's place.
 */
export function receiptRoot(receipt: Receipt): Uint8Array | undefined {
  const voteId = fromBase64url(receipt.voteId);
  const path = receipt.path.map(fromBase64url);
  if (!voteId || path.some(hash => hash === undefined)) return undefined;
  const leaf = receiptLeaf({ ...receipt, voteId, offset: BigInt(receipt.offset) });
  return rootFromPath(
    leaf,
    receipt.leafIndex,
    receipt.treeSize,
    path.filter(hash => hash !== undefined),
  );
}
