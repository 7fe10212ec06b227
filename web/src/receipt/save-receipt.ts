import type { Receipt } from '@suffrage/contracts/receipt';

/** Hands the receipt to the browser as a file, without asking any server. */
export function saveReceipt(receipt: Receipt): void {
  const file = new Blob([`${JSON.stringify(receipt, undefined, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = `receipt-${receipt.electionId}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}
