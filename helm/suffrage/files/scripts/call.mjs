import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { request as requestPlain } from 'node:http';
import { request as requestEncrypted } from 'node:https';
import { join } from 'node:path';

/** What the tests of an installation have in common: calls as a client with the installation's certificate, and a verdict. */

const CERTIFICATES = process.env.CERTIFICATES ?? '/etc/suffrage/tls';
const MILLIS = 10_000;

const read = name => {
  const file = join(CERTIFICATES, name);
  return existsSync(file) ? readFileSync(file) : undefined;
};

/** Options of node:tls; without `own` nobody is told who calls. */
export const certificates = (own = true) => ({
  ca: read('ca.crt'),
  ...(own ? { cert: read('tls.crt'), key: read('tls.key') } : {}),
});

/** Resolves with status, content type and text of the answer. */
export function call(url, { method = 'GET', body, own = true } = {}) {
  const send = url.startsWith('https:') ? requestEncrypted : requestPlain;
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const options = { method, headers, agent: false, timeout: MILLIS, ...certificates(own) };
    const request = send(url, options, response => {
      let text = '';
      response.setEncoding('utf8').on('data', part => (text += part));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode, type: String(response.headers['content-type']), text });
      });
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error(`no answer in ${MILLIS} ms`)));
    request.end(body);
  });
}

/** Whether a service of ours refused, and for this: others answer problem documents too. */
export const isProblem = (type, text, code) =>
  type.startsWith('application/problem+json') && JSON.parse(text).code === code;

/** Asks gRPC's own health service; resolves with true when it answers SERVING. */
export function isServing(origin, own = true) {
  return new Promise((resolve, reject) => {
    const session = connect(origin, certificates(own));
    const end = (settle, value) => {
      settle(value);
      session.destroy();
    };
    session.setTimeout(MILLIS, () => end(reject, new Error(`no answer in ${MILLIS} ms`)));
    session.on('error', error => end(reject, error));
    const stream = session.request({
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const parts = [];
    stream.on('data', part => parts.push(part)).on('error', error => end(reject, error));
    // Five bytes of length, then field 1 (status): 1 is SERVING.
    stream.on('end', () => end(resolve, Buffer.concat(parts).subarray(5).equals(Buffer.from([8, 1]))));
    // An empty request: not compressed, no bytes.
    stream.end(Buffer.alloc(5));
  });
}

/** Prints one line for each claim, and ends with status 1 when one does not hold. */
export async function claim(text, holds) {
  const [ok, why] = await Promise.resolve(holds()).then(
    value => [value === true, value === true ? '' : `: ${JSON.stringify(value)}`],
    error => [false, `: ${error.message}`],
  );
  console.log(`${ok ? 'holds  ' : 'FAILS  '} ${text}${ok ? '' : why}`);
  if (!ok) process.exitCode = 1;
}
