import { type Receipt, receiptSchema } from '@suffrage/contracts/receipt';

/** A receipt is a kilobyte or two; who pastes a film is told so at once. */
const MAX_CHARACTERS = 20_000;

/** `undefined`: the text is no receipt. Whether a receipt is genuine is `checkReceipt`'s to say. */
export function readReceipt(text: string): Receipt | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  try {
    const read = receiptSchema.safeParse(JSON.parse(text));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
