import { BASE64URL } from './base64url-alphabet.ts';

/** One character for each byte: a key of maps. For short values only, because each byte is an argument of a call. */
export function binaryText(bytes: Uint8Array): string {
  return Reflect.apply(String.fromCharCode, undefined, bytes);
}

// Two characters for each 12 bits: half the time of one character for each 6.
const pairOf = Array.from(
  { length: 4096 },
  (_, bits) => BASE64URL.charAt(bits >>> 6) + BASE64URL.charAt(bits & 63),
);

/** base64url without padding, RFC 4648 section 5. */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += (pairOf[group >>> 12] ?? '') + (pairOf[group & 4095] ?? '');
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return missing === 0 ? text : text.slice(0, -missing);
}
