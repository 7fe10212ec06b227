import util from 'node:util';
import { Agent, type Dispatcher } from 'undici';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';
import type { ClientTls } from '@suffrage/runtime/tls/follow-files';
import { connectPeer } from '@suffrage/runtime/tls/peers';
import { createRotation } from './rotation.ts';

type Options<T> = Dispatcher.RequestOptions<T>;
type Answer<T> = Dispatcher.ResponseData<T>;

/** As undici's `request`, so that libraries made for undici can send through it. */
type Request = {
  <T = null>(options: Options<T>): Promise<Answer<T>>;
  <T = null>(options: Options<T>, callback: (error: Error | null, answer: Answer<T>) => void): void;
};

/** The processes behind one service's address, as the proxy sees them. */
export type Upstreams = {
  /** The origin whose turn it is. */
  next(): string;
  /**
   * Sends one request, first to `options.origin`. When an origin refuses the connection, nothing was sent, so the next
   * one is tried; reading requests are also tried elsewhere when a connection breaks before the answer began.
   * @throws the last error, as undici reports it, when no origin is left to try.
   */
  readonly request: Request;
  /** Whether one of them says that it is ready. */
  isReady(): Promise<boolean>;
  /** How to show ourselves to them. */
  readonly tls: ClientTls | undefined;
};

const CONNECT_TIMEOUT_MILLIS = 2_000;
/** Until the answer begins; above the 10 s that services give themselves. */
const HEADERS_TIMEOUT_MILLIS = 15_000;
/** Between two pieces of an answer: a stream that is silent for so long is dead. */
const BODY_TIMEOUT_MILLIS = 120_000;
/** Each open stream holds a connection; the limit is an aggregator's limit of subscribers. */
const MAX_CONNECTIONS_PER_ORIGIN = 10_000;

type Settings = {
  readonly origins: readonly string[];
  readonly clock: () => number;
  /** For `https:` origins; default without a certificate of ours. */
  readonly tls?: ClientTls | undefined;
  readonly onRefused: (origin: string) => void;
};

/** Opens no connection yet: upstreams may start later. */
export function createUpstreams(
  { origins, clock, tls, onRefused }: Settings,
  lifecycle: Lifecycle,
): Upstreams {
  const rotation = createRotation(origins, clock);
  const agent = new Agent({
    connections: MAX_CONNECTIONS_PER_ORIGIN,
    connect: connectPeer(tls, CONNECT_TIMEOUT_MILLIS),
    headersTimeout: HEADERS_TIMEOUT_MILLIS,
    bodyTimeout: BODY_TIMEOUT_MILLIS,
  });
  lifecycle.onClose('upstream connections', () => agent.destroy());

  const send = async <T>(options: Options<T>): Promise<Answer<T>> => {
    const first = options.origin === undefined ? rotation.next() : String(options.origin);
    const candidates = canBeRepeated(options) ? [first, ...rotation.after(first)] : [first];
    let lastError: unknown;
    for (const origin of candidates) {
      try {
        const answer = await agent.request({ ...options, origin });
        // A reader who has left by now has the answer destroyed unread; unheard, that error would end the process.
        answer.body.on('error', () => undefined);
        return answer;
      } catch (error) {
        lastError = error;
        if (wasNeverSent(error)) {
          rotation.refused(origin);
          onRefused(origin);
        } else if (!isReading(options.method)) {
          throw error;
        }
      }
    }
    throw lastError;
  };

  const isReady = async () => {
    const { statusCode, body } = await send<null>({ path: '/health/ready', method: 'GET' });
    await body.dump();
    return statusCode === 200;
  };
  return { next: rotation.next, request: asRequest(send), isReady, tls };
}

function asRequest(send: <T>(options: Options<T>) => Promise<Answer<T>>): Request {
  function request<T>(options: Options<T>): Promise<Answer<T>>;
  function request<T>(options: Options<T>, callback: (error: Error | null, answer: Answer<T>) => void): void;
  function request<T>(options: Options<T>, callback?: (error: Error | null, answer: Answer<T>) => void) {
    return callback === undefined ? send(options) : util.callbackify(send<T>)(options, callback);
  }
  return request;
}

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  // They have shown a certificate that we do not take.
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Whether the request failed before a connection existed, so that the upstream has seen nothing of it. The error may be
 * wrapped, so its causes count too.
 */
export function wasNeverSent(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && NEVER_SENT.has(String(error.code))) return true;
  return 'cause' in error && wasNeverSent(error.cause);
}

function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** A body that arrives as a stream is gone after the first attempt. */
function canBeRepeated({ body }: Options<unknown>): boolean {
  return body === undefined || body === null || typeof body === 'string' || Buffer.isBuffer(body);
}
