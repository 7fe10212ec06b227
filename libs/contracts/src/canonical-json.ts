import canonicalize from 'canonicalize';
import { utf8 } from './bytes.ts';

/** RFC 8785, as UTF-8. Members that are `undefined` are left out. */
export function canonicalJson(value: object): Uint8Array<ArrayBuffer> {
  const json = canonicalize(value);
  if (json === undefined) throw new Error('an object always has a canonical form');
  return utf8(json);
}
