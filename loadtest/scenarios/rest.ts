import http from 'k6/http';
import type { Answer } from './answer.ts';
import { electionId } from './environment.ts';

const HEADERS = { 'content-type': 'application/json' };

const KINDS: Readonly<Record<number, Answer['kind']>> = {
  0: 'unknown',
  201: 'accepted',
  202: 'local',
  503: 'busy',
  504: 'unknown',
};

http.setResponseCallback(http.expectedStatuses(201));

/** @param body as it is sent. */
export function castOverRest(url: string, body: ArrayBuffer, keepReceipt: boolean): Answer {
  const response = http.post(`${url}/v1/elections/${electionId}/votes`, body, {
    headers: HEADERS,
    responseType: keepReceipt ? 'text' : 'none',
    tags: { name: 'cast' },
  });
  const { status, timings, error } = response;
  const kind = KINDS[status] ?? 'refused';
  const text = keepReceipt && kind === 'accepted' ? response.body : null;
  return {
    kind,
    millis: timings.duration,
    ...(typeof text === 'string' ? { receipt: text } : {}),
    ...(kind === 'accepted' ? {} : { code: status === 0 ? error : String(status) }),
  };
}
