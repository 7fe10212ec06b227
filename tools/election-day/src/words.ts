/**
 * The words of everything that a side has stored: whatever could name a voter, a vote, a token or a code. Bytes appear as
 * base64, as base64url or as hexadecimal digits, so each is brought to one form.
 */
export type Words = Set<string>;

/** Shorter ones say too little to link anything: of 10,000 random ones of 8 letters no two are equal. */
const LEAST_LETTERS = 8;
/** Times are looked at by themselves: of two rows of the same second nothing follows. */
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)/g;
const WORD = /[A-Za-z0-9_+/=@.-]{8,}/g;
const HEXADECIMAL = /^(?:[0-9a-f]{2}){8,}$/i;
const BASE64 = /^[A-Za-z0-9_+/-]{20,}={0,2}$/;

/** Adds the words of a text and their parts, as they are and as the bytes that they may stand for. */
export function addText(words: Words, text: string): void {
  for (const [word] of text.replaceAll(TIME, ' ').matchAll(WORD)) {
    for (const part of new Set([word, ...word.split(/[.@=]+/)])) {
      if (part.length < LEAST_LETTERS) continue;
      words.add(part);
      const bytes = bytesOf(part);
      if (bytes) words.add(bytes);
    }
  }
}

export function addBytes(words: Words, bytes: Uint8Array): void {
  if (bytes.length >= LEAST_LETTERS) words.add(Buffer.from(bytes).toString('hex'));
  // Text that is stored as bytes.
  addText(words, Buffer.from(bytes).toString('latin1'));
}

/** Whatever a database or a JSON document holds. */
export function addValue(words: Words, value: unknown): void {
  if (typeof value === 'string') addText(words, value);
  else if (typeof value === 'number' || typeof value === 'bigint') addText(words, String(value));
  else if (value instanceof Uint8Array) addBytes(words, value);
  else if (value instanceof Date) return;
  else if (Array.isArray(value)) for (const each of value) addValue(words, each);
  else if (typeof value === 'object' && value !== null)
    for (const each of Object.values(value)) addValue(words, each);
}

/** Hexadecimal digits of the bytes that a word may stand for. */
function bytesOf(word: string): string | undefined {
  if (HEXADECIMAL.test(word)) return word.toLowerCase();
  return BASE64.test(word) ? Buffer.from(word, 'base64').toString('hex') : undefined;
}
