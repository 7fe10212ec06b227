import { Agent, buildConnector, fetch, type RequestInit, type Response } from 'undici';
import { serviceEncryption } from './encryption.ts';

/** What is read of an answer. */
export type Answer = Pick<Response, 'ok' | 'status' | 'json'>;

let agent: Agent | undefined;

/** `fetch`, which shows itself to services that ask for a certificate. */
export function callService(address: URL, init: Omit<RequestInit, 'dispatcher'>): Promise<Answer> {
  agent ??= new Agent({ connect: connectService });
  return fetch(address, { ...init, dispatcher: agent });
}

/** With the certificates of that moment, and without sessions of older ones. */
const connectService: buildConnector.connector = (options, callback) => {
  try {
    const encryption = serviceEncryption();
    buildConnector({ maxCachedSessions: 0, ...encryption })(options, callback);
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)), null);
  }
};
