import { setTimeout as sleep } from 'node:timers/promises';
import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import { callService } from './call-service.ts';
import type { Case, Source } from './case.ts';

/** How long a snapshot may lie behind what the databases held before: republishing takes 5 s. */
const CATCH_UP_MILLIS = 10_000;
const PAUSE_MILLIS = 250;
const REQUEST_MILLIS = 5_000;

/**
 * INV-5: what the aggregator publishes of each election is what the votes say. A snapshot of the very state that was
 * audited must be equal; a later one, while votes arrive, can't have fewer counted votes.
 * @param source an aggregator's address
 * @param version records accounted for by the audited databases, in the aggregator's way of counting.
 * @returns how many elections were compared. @throws Error when results that are required can't be read.
 */
export async function compareResults(
  theCase: Case,
  { from, isRequired }: Source,
  version: number,
): Promise<number> {
  let compared = 0;
  for (const electionId of theCase.electionIds) {
    try {
      compareSnapshot(theCase, await newestSnapshot(from, electionId, version), version);
    } catch (error) {
      if (isRequired) throw error;
      return compared;
    }
    compared += 1;
  }
  return compared;
}

async function newestSnapshot(url: string, electionId: string, version: number): Promise<Snapshot> {
  const deadline = Date.now() + CATCH_UP_MILLIS;
  for (;;) {
    const snapshot = await fetchSnapshot(url, electionId);
    if (snapshot.version >= version || Date.now() >= deadline) return snapshot;
    await sleep(PAUSE_MILLIS);
  }
}

async function fetchSnapshot(url: string, electionId: string): Promise<Snapshot> {
  const address = new URL(`/v1/elections/${electionId}/results`, url);
  try {
    const response = await callService(address, { signal: AbortSignal.timeout(REQUEST_MILLIS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return snapshotSchema.parse(await response.json());
  } catch (cause) {
    throw new Error(`the results at ${address.href} can not be read`, { cause });
  }
}

export function compareSnapshot(theCase: Case, snapshot: Snapshot, version: number): void {
  const { electionId, counted, contests } = snapshot;
  const report = (message: string) => theCase.findings.add('wrong-results', message, { electionId });
  const votes = votesOf(theCase, electionId);
  const expected = votes.get(nameOf('*', '*')) ?? 0;
  if (snapshot.version < version) {
    report(`published version ${snapshot.version} is older than the databases, which are at ${version}`);
    return;
  }
  if (snapshot.version > version) {
    if (counted < expected)
      report(`${counted} votes are published as counted, ${expected} were counted before`);
    return;
  }
  if (counted !== expected) report(`${counted} votes are published as counted, the votes say ${expected}`);
  for (const contest of contests ?? []) {
    for (const option of contest.options) {
      const is = votes.get(nameOf(contest.id, option.id)) ?? 0;
      if (option.votes === is) continue;
      report(
        `contest ${contest.id}, option ${option.id} is published with ${option.votes}, the votes say ${is}`,
      );
    }
  }
}

/** By `contest/option`; `*` with `*` counts votes. */
export function votesOf({ recounts }: Pick<Case, 'recounts'>, electionId: string): Map<string, number> {
  const votes = new Map<string, number>();
  for (const tally of recounts.flatMap(recount => recount.tallies())) {
    if (tally.electionId !== electionId) continue;
    const name = nameOf(tally.contest, tally.option);
    votes.set(name, (votes.get(name) ?? 0) + tally.votes);
  }
  return votes;
}

/** Ids hold no slashes. */
function nameOf(contest: string, option: string): string {
  return `${contest}/${option}`;
}
