import type { checkReceipt } from '@suffrage/contracts/check-receipt';
import { toBase64url } from '@suffrage/contracts/bytes';
import { receiptRoot } from '@suffrage/contracts/receipt';
import { type ReceiptIssuer, receiptIssuer } from '@suffrage/contracts/sign-receipts.node';

/**
 * Receipts with real trees and paths, "signed" by repeating the root: signatures are the business of other tests, and
 * Web Crypto answers from threads of its own, in an order that no seed decides.
 */
export function plainReceiptIssuer(instance: string): ReceiptIssuer {
  const certificate = { instance, publicKey: '', receiptKeyId: '', signature: '' };
  return receiptIssuer(certificate, (_, root) => root);
}

export const checkPlainReceipt: typeof checkReceipt = receipt => {
  const root = receiptRoot(receipt);
  const good = root !== undefined && toBase64url(root) === receipt.signature;
  return Promise.resolve(good ? { ok: true } : { ok: false, reason: 'signature-invalid' });
};
