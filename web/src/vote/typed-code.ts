import { readVoterCode } from '@suffrage/contracts/voter-code';

/** What was typed so far as a one-time code. `wrong`: whole, and its check symbol says that it is not one. */
export type TypedCode =
  | { readonly kind: 'typing' | 'too-long'; readonly count: number }
  | { readonly kind: 'strange-symbol' | 'wrong'; readonly count: number }
  | { readonly kind: 'good'; readonly count: number; readonly code: string };

const SYMBOLS = 18;

/** Case, spaces and hyphens don't matter; O is read as 0, I and L as 1, as `readVoterCode` reads them. */
export function readTypedCode(typed: string): TypedCode {
  const symbols = typed.replaceAll(/[\s\u2010-\u2015-]/g, '');
  const count = symbols.length;
  if (/[^0-9A-TV-Z]/i.test(symbols)) return { kind: 'strange-symbol', count };
  if (count < SYMBOLS) return { kind: 'typing', count };
  if (count > SYMBOLS) return { kind: 'too-long', count };
  const code = readVoterCode(typed);
  return code === undefined ? { kind: 'wrong', count } : { kind: 'good', count, code };
}
