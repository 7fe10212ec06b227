import { readVoterCode } from '@suffrage/contracts/voter-code';

export type Secret = { readonly line: number; readonly kind: string };

/** What a service may never write, by its form: whatever the tests have made of it is found without being planted. */
const FORMS: readonly (readonly [kind: string, form: RegExp])[] = [
  ['a private key', /PRIVATE KEY/],
  ['an authorization', /\bBearer\s+[\w.~+/-]{8,}/i],
  ["a manager's token", /\bmanager-token\b/],
  // A signature of 2048 bits, blinded or not, has 342 characters, and a secret token more.
  ['a token', /[\w-]{300,}/],
  ['a vote', /\\?"(?:selections|salt|blindedMessage|blindSignature|voterReference)\\?"\s*:/],
];
/** Of a planted secret in any of its notations; the shortest has 32 bytes. */
const WORD = /[\w+/=-]{43,}/g;
const CODE = /\b[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}\b/g;

/** Where a text holds secrets of voters or managers (INV-10), known ones too, and of what kind; never the secret itself. */
export function findSecrets(text: string, planted: ReadonlySet<string> = new Set()): Secret[] {
  return text.split('\n').flatMap((content, place) => {
    const line = place + 1;
    const kinds = FORMS.filter(([, form]) => form.test(content)).map(([kind]) => kind);
    // The check symbol tells a code from what only looks like one.
    const codes = content.match(CODE) ?? [];
    if (codes.some(code => readVoterCode(code) !== undefined)) kinds.push("a voter's code");
    if ((content.match(WORD) ?? []).some(word => planted.has(word))) kinds.push('a planted secret');
    return kinds.map(kind => ({ line, kind }));
  });
}
