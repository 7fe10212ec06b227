import { type VoteStatus, voteStatusSchema } from '@suffrage/contracts/results';
import type { Fetch } from './private-fetch.ts';
import { type HttpRefusal, requestJson } from './problem.ts';

/** What has become of a vote so far, from `GET {resultsUrl}/v1/elections/{id}/votes/{voteId}`. */
export async function voteStatus(
  resultsUrl: string,
  electionId: string,
  voteId: string,
  init: { readonly fetch?: Fetch; readonly signal?: AbortSignal } = {},
): Promise<{ readonly ok: true; readonly value: VoteStatus } | HttpRefusal> {
  return requestJson(
    `${resultsUrl}/v1/elections/${encodeURIComponent(electionId)}/votes/${voteId}`,
    voteStatusSchema,
    init,
  );
}

const PAUSE_MILLIS = 250;

/** Asks until the vote has a status or the deadline has passed; `undefined` then, and its fate is not known yet. */
export async function waitUntilProcessed(
  resultsUrl: string,
  electionId: string,
  voteId: string,
  deadlineMillis = 30_000,
): Promise<VoteStatus | undefined> {
  const deadline = Date.now() + deadlineMillis;
  while (Date.now() < deadline) {
    const answer = await voteStatus(resultsUrl, electionId, voteId).catch(() => undefined);
    if (answer?.ok && answer.value.status !== 'unknown') return answer.value;
    await new Promise(resolve => setTimeout(resolve, PAUSE_MILLIS));
  }
  return undefined;
}

const COUNTED: readonly VoteStatus['status'][] = ['counted', 'superseded', 'older-revision'];

/** Whether the vote is on the log and processed as a valid one. `false` also without an answer. */
export async function isCounted(
  resultsUrl: string,
  electionId: string,
  voteId: string,
  init: Parameters<typeof voteStatus>[3] = {},
): Promise<boolean> {
  const answer = await voteStatus(resultsUrl, electionId, voteId, init).catch(() => undefined);
  return answer?.ok === true && COUNTED.includes(answer.value.status);
}
