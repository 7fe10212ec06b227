import { workerData } from 'piscina';
import { loadElection, type VotesPlan } from './load-election.ts';
import { voteLines } from './vote-lines.ts';

/** A piece of the file, made by one thread. */
export type LinesTask = { readonly from: number; readonly count: number };

export type Assignment = { readonly plan: VotesPlan; readonly lineBytes: number };

const assignment: Assignment = workerData;
const load = loadElection(assignment.plan);

export function makeLines({ from, count }: LinesTask): Uint8Array {
  return voteLines(load, assignment.lineBytes, from, count);
}
