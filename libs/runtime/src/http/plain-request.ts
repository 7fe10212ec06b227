/** What a request that is refused unread is known by. */
export type PlainRequest = { readonly method: string; readonly url: string };

/** A longer head is not plain, so that looking for its end costs little. */
const HEAD_BYTES = 2_048;
/** Nothing but what is written as RFC 9112 has it: no folded lines, no space before a colon, no bare CR or LF, no other bytes. */
const HEAD = /^(GET|OPTIONS|POST) (\/[!-~]*) HTTP\/1\.1\r\n((?:[\w-]+:[ -~]*\r\n)+)\r\n/;
/** What makes a request end elsewhere than its length says, or its connection end with it. */
const UNUSUAL = /^(?:transfer-encoding|upgrade|expect|(?:proxy-)?connection:(?! ?keep-alive\r))/im;
/** Node refuses a request without it. */
const HOST = /^host:/im;
const LENGTH = /^content-length: ?([0-9]{1,6})\r$/im;
const LENGTH_NAME = /content-length/i;
const TWO_LENGTHS = /content-length[^]*content-length/i;

/**
 * Reads a request of HTTP/1.1 that arrived as one piece: its head, a body of the length that the head names once, or none, and
 * nothing behind. @returns undefined for any other, readable or not: that is for a parser of HTTP
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | undefined {
  const [head, method, url, fields] = HEAD.exec(bytes.toString('latin1', 0, HEAD_BYTES)) ?? [];
  if (head === undefined || method === undefined || url === undefined || fields === undefined) return;
  if (!HOST.test(fields) || UNUSUAL.test(fields) || TWO_LENGTHS.test(fields)) return;
  const length = LENGTH_NAME.test(fields) ? Number(LENGTH.exec(fields)?.[1]) : 0;
  return head.length + length === bytes.length ? { method, url } : undefined;
}
