/**
 * One-time codes of voters: 17 random symbols (85 bits) and a check symbol, in three groups of six, such as
 * `7K2MQX-0D4RTV-H9WZ3C`. The alphabet is Crockford's base 32, which has no I, L, O and U: what a reader may take for
 * another symbol is read as that symbol. The check symbol is that of ISO/IEC 7064 with a hybrid system of 33 and 32: it
 * finds every single wrong symbol, and nearly every swap of neighbours, before a code is sent anywhere.
 */

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_SYMBOLS = 17;
const GROUP = 6;
const BASE = ALPHABET.length;

/** @param random one byte a symbol, 17 of them; three bits of each are not used. */
export function voterCode(random: Uint8Array): string {
  if (random.length !== RANDOM_SYMBOLS) throw new RangeError('a code is made of 17 random bytes');
  const values = Array.from(random, byte => byte % BASE);
  const symbols = [...values, checkValue(values)].map(value => ALPHABET.charAt(value)).join('');
  return grouped(symbols);
}

/**
 * The one way to write a code that was typed: any case, O for 0, I or L for 1, hyphens and spaces anywhere. `undefined`
 * when it can't be a code: wrong length, a symbol that there is not, or a wrong check symbol.
 */
export function readVoterCode(typed: string): string | undefined {
  const symbols = typed
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (symbols.length !== RANDOM_SYMBOLS + 1) return undefined;
  const values = Array.from(symbols, symbol => ALPHABET.indexOf(symbol));
  if (values.includes(-1)) return undefined;
  return checkValue(values.slice(0, -1)) === values.at(-1) ? grouped(symbols) : undefined;
}

function checkValue(values: readonly number[]): number {
  let product = BASE;
  for (const value of values) {
    const sum = (product + value) % BASE || BASE;
    product = (sum * 2) % (BASE + 1);
  }
  return (BASE + 1 - product) % BASE;
}

function grouped(symbols: string): string {
  const groups: string[] = [];
  for (let from = 0; from < symbols.length; from += GROUP) groups.push(symbols.slice(from, from + GROUP));
  return groups.join('-');
}
