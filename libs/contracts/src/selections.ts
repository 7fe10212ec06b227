import type { BallotContest, Election } from './ballot.ts';

/** What a client marks: contest id -> option ids. A contest left out is a contest with nothing marked. */
export type MarkedOptions = Readonly<Record<string, readonly string[]>>;

/** For each contest in ballot order its marked option indexes, ascending. */
export type Selections = readonly (readonly number[])[];

export type SelectionRefusal = {
  readonly ok: false;
  readonly code:
    | 'contest-unknown'
    | 'option-unknown'
    | 'option-repeated'
    | 'option-exclusive'
    | 'selections-too-few'
    | 'selections-too-many';
  /** Where, in the words of the request: `selections.<contest>` with the offending option's place if there is one. */
  readonly field: string;
};

export type SelectionResult = { readonly ok: true; readonly selections: Selections } | SelectionRefusal;

/** Checks marked options against the ballot: known contests and options, none repeated, within the limits. */
export function selectOptions(election: Election, marked: MarkedOptions): SelectionResult {
  const stranger = Object.keys(marked).find(contestId => !election.contestIds.has(contestId));
  if (stranger !== undefined) return { ok: false, code: 'contest-unknown', field: `selections.${stranger}` };
  const selections: (readonly number[])[] = [];
  for (const ballotContest of election.contests) {
    const { id } = ballotContest.contest;
    // What every object inherits is no mark: a contest may be called "constructor".
    const result = selectInContest(ballotContest, Object.hasOwn(marked, id) ? (marked[id] ?? []) : []);
    if (!result.ok) return result;
    selections.push(result.marks);
  }
  return { ok: true, selections };
}

type ContestResult = { readonly ok: true; readonly marks: readonly number[] } | SelectionRefusal;

function selectInContest(
  { contest, optionIndex, exclusive }: BallotContest,
  optionIds: readonly string[],
): ContestResult {
  const marks = optionIds.map(optionId => optionIndex.get(optionId) ?? UNKNOWN);
  // Each mark is looked for among those before it, which are no more than the contest has options.
  const fault = marks.findIndex((index, place) => index === UNKNOWN || marks.indexOf(index) < place);
  if (fault >= 0) {
    const code = marks[fault] === UNKNOWN ? 'option-unknown' : 'option-repeated';
    return { ok: false, code, field: `selections.${contest.id}[${fault}]` };
  }
  const hasExclusive = marks.some(index => exclusive.has(index));
  const refusal = countRefusal(contest, marks.length, hasExclusive);
  if (refusal) return { ok: false, code: refusal, field: `selections.${contest.id}` };
  return { ok: true, marks: marks.length > 1 ? marks.toSorted((a, b) => a - b) : marks };
}

/** In place of an option's index. */
const UNKNOWN = -1;

/** An exclusive option stands alone, whatever the least number of selections is: whoever marks it has answered. */
function countRefusal(contest: BallotContest['contest'], count: number, hasExclusive: boolean) {
  if (hasExclusive) return count === 1 ? undefined : ('option-exclusive' as const);
  if (count < contest.minSelections) return 'selections-too-few' as const;
  if (count > contest.maxSelections) return 'selections-too-many' as const;
  return undefined;
}

/** Canonical bytes: for each contest in ballot order u16 count, then ascending u16 option indexes, big-endian. */
export function encodeSelections(selections: Selections): Uint8Array {
  const bytes = new Uint8Array(selections.reduce((size, marks) => size + 2 + 2 * marks.length, 0));
  let at = 0;
  const write = (value: number) => {
    bytes[at++] = value >>> 8;
    bytes[at++] = value;
  };
  for (const marks of selections) {
    write(marks.length);
    for (const index of marks) write(index);
  }
  return bytes;
}

/**
 * Reads canonical bytes against the ballot. `undefined` when they are anything that `encodeSelections` could not have
 * written for valid selections of this ballot: one vote has one encoding, so one vote ID.
 */
export function decodeSelections(election: Election, bytes: Uint8Array): Selections | undefined {
  if (!fitsBallot(election, bytes)) return undefined;
  const selections: number[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const marks: number[] = [];
    const end = at + 2 + 2 * u16At(bytes, at);
    for (at += 2; at < end; at += 2) marks.push(u16At(bytes, at));
    selections.push(marks);
  }
  return selections;
}

/** Whether these are canonical bytes of valid selections of this ballot; they may be a part of longer ones. */
export function fitsBallot(election: Election, bytes: Uint8Array, from = 0, to = bytes.length): boolean {
  let at = from;
  for (const { contest, exclusive } of election.contests) {
    if (at + 2 > to) return false;
    const count = u16At(bytes, at);
    at += 2;
    const end = at + 2 * count;
    if (end > to) return false;
    let hasExclusive = false;
    for (let last = -1; at < end; at += 2) {
      const index = u16At(bytes, at);
      if (index >= contest.options.length || index <= last) return false;
      last = index;
      hasExclusive ||= exclusive.has(index);
    }
    if (countRefusal(contest, count, hasExclusive) !== undefined) return false;
  }
  return at === to;
}

function u16At(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
