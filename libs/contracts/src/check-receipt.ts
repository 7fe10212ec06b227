import { fromBase64url, toBase64url } from './bytes.ts';
import type { PublicKey } from './election.ts';
import { trustedKey, verifyEd25519 } from './published-keys.ts';
import { instanceCertificateMessage, type Receipt, receiptRoot, receiptRootMessage } from './receipt.ts';

export type ReceiptCheck =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: 'receipt-key-unknown' | 'certificate-invalid' | 'path-invalid' | 'signature-invalid';
    };

/**
 * Verifies a receipt offline, in browsers and Node alike (Web Crypto): the election's receipt key vouches for the
 * instance key, the path leads from the leaf to the root, the instance key signed that root.
 * @param receiptKeys `receiptKeys` of the election definition.
 */
export async function checkReceipt(
  receipt: Receipt,
  receiptKeys: readonly PublicKey[],
): Promise<ReceiptCheck> {
  const { certificate } = receipt;
  const receiptKey = trustedKey(receiptKeys, certificate.receiptKeyId);
  if (!receiptKey) return { ok: false, reason: 'receipt-key-unknown' };
  const instanceKey = fromBase64url(certificate.publicKey);
  if (instanceKey?.length !== 32) return { ok: false, reason: 'certificate-invalid' };
  const vouched = instanceCertificateMessage(certificate.instance, instanceKey);
  if (!(await verifyOnce('spki', receiptKey, certificate.signature, vouched))) {
    return { ok: false, reason: 'certificate-invalid' };
  }
  const root = receiptRoot(receipt);
  if (!root) return { ok: false, reason: 'path-invalid' };
  const signed = receiptRootMessage(receipt.treeSize, root);
  if (!(await verifyOnce('raw', instanceKey, receipt.signature, signed))) {
    return { ok: false, reason: 'signature-invalid' };
  }
  return { ok: true };
}

/** The receipts of a process share their certificate, those of a batch their root: a signature is verified once. */
const good = new Map<string, Promise<boolean>>();
const MAX_GOOD = 256;

const verifyOnce: typeof verifyEd25519 = (format, publicKey, signature, message) => {
  const key = `${format} ${toBase64url(publicKey)} ${signature} ${toBase64url(message)}`;
  const known = good.get(key);
  if (known) return known;
  const verified = verifyEd25519(format, publicKey, signature, message);
  const [oldest] = good.keys();
  if (oldest !== undefined && good.size >= MAX_GOOD) good.delete(oldest);
  good.set(key, verified);
  const forget = () => good.delete(key);
  verified.then(isGood => isGood || forget(), forget);
  return verified;
};
