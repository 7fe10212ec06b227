import { blind, finalize } from '@suffrage/contracts/blind-rsa';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import { electionDefinition, type ElectionDefinition } from '@suffrage/contracts/election';
import { parseRsaSpki } from '@suffrage/contracts/rsa-public-key';

/** A registrar as its managers and voters reach it, for tests. */
export type RegistrarApi = ReturnType<typeof registrarApi>;

const HOUR = 3_600_000;
type Json = Record<string, unknown>;

export function registrarApi(url: string) {
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = { authorization: 'Bearer manager-token' },
  ) {
    const response = await fetch(`${url}/v1/elections${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const json: Json = isJson ? JSON.parse(text) : {};
    return { status: response.status, text, json, headers: response.headers };
  }

  const putRoll = (id: string, csv: string) =>
    call('PUT', `/${id}/roll`, csv, { authorization: 'Bearer manager-token', 'content-type': 'text/csv' });

  /** A draft: secret, on a roll, opening in an hour, unless `change` says otherwise. */
  async function create(id: string, change: object = {}): Promise<void> {
    const option = (name: string) => ({ id: name, title: { en: name } });
    const mayor = { minSelections: 1, maxSelections: 1, options: ['a', 'b'].map(option) };
    const draft = {
      id,
      title: { en: id },
      contests: [{ id: 'mayor', title: { en: 'Mayor' }, ...mayor }],
      mode: 'secret',
      eligibility: 'roll',
      revote: 'none',
      opensAt: new Date(Date.now() + HOUR).toISOString(),
      closesAt: new Date(Date.now() + 2 * HOUR).toISOString(),
      timeZone: 'Europe/London',
      resultsPolicy: 'live',
      ...change,
    };
    const { status, text } = await call('POST', '', draft);
    if (status !== 201) throw new Error(text);
  }

  async function open(id: string): Promise<ElectionDefinition> {
    const { json } = await call('POST', `/${id}/open`);
    return electionDefinition.parse(json.definition);
  }

  /** By voter. */
  async function codesOf(id: string, body?: object): Promise<Map<string, string>> {
    const { status, text } = await call('POST', `/${id}/codes`, body);
    const [header, ...lines] = text.trimEnd().split('\r\n');
    if (status !== 200 || header !== 'voter,code') throw new Error(text);
    return new Map(
      lines.map(line => [line.slice(0, line.lastIndexOf(',')), line.slice(line.lastIndexOf(',') + 1)]),
    );
  }

  async function openWithCodes(id: string, voters: readonly string[], change: object = {}) {
    await create(id, change);
    const { status, text } = await putRoll(id, `voter\n${voters.join('\n')}\n`);
    if (status !== 200) throw new Error(text);
    const codes = await codesOf(id);
    return { definition: await open(id), codes };
  }

  /** Asks for a token as a voter: no manager's authorization. */
  const ask = (
    id: string,
    body: object,
    authorization = '',
    headers: Readonly<Record<string, string>> = {},
  ) => call('POST', `/${id}/tokens`, body, { authorization, ...headers });

  return { call, putRoll, create, open, codesOf, openWithCodes, ask };
}

export function blinded(definition: ElectionDefinition) {
  const key = parseRsaSpki(fromBase64url(definition.tokenKeys[0]?.publicKey ?? '') ?? new Uint8Array());
  if (!key) throw new Error('no key');
  const message = crypto.getRandomValues(new Uint8Array(98));
  const { blindedMessage, inverse } = blind(key, message);
  return {
    blindedMessage: toBase64url(blindedMessage),
    isSignedBy: (signature: unknown) =>
      finalize(key, message, fromBase64url(String(signature)) ?? new Uint8Array(), inverse).ok,
  };
}
