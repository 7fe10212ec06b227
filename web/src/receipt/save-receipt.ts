import type { Receipt } from '@suffrage/contracts/receipt';

export const saveReceipt = (receipt: Receipt): void =>
  saveJson(`receipt-${receipt.electionId}.json`, receipt);

/** Hands a document to the browser as a file, without asking any server. */
export function saveJson(name: string, content: unknown): void {
  const file = new Blob([`${JSON.stringify(content, undefined, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
