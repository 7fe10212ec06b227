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
    | 'selections-too-few'
    | 'selections-too-many';
  /** Where, in the words of the request: `selections.<contest>` with the offending option's place if there is one. */
  readonly field: string;
};

export type SelectionResult = { readonly ok: true; readonly selections: Selections } | SelectionRefusal;

/** Checks marked options against the ballot: known contests and options, none repeated, within the limits. */
export function selectOptions(election: Election, marked: MarkedOptions): SelectionResult {
  const known = new Set(election.contests.map(({ contest }) => contest.id));
  const stranger = Object.keys(marked).find(contestId => !known.has(contestId));
  if (stranger !== undefined) return { ok: false, code: 'contest-unknown', field: `selections.${stranger}` };
  const selections: (readonly number[])[] = [];
  for (const ballotContest of election.contests) {
    const result = selectInContest(ballotContest, marked[ballotContest.contest.id] ?? []);
    if (!result.ok) return result;
    selections.push(result.marks);
  }
  return { ok: true, selections };
}

type ContestResult = { readonly ok: true; readonly marks: readonly number[] } | SelectionRefusal;

function selectInContest(
  { contest, optionIndex }: BallotContest,
  optionIds: readonly string[],
): ContestResult {
  const field = `selections.${contest.id}`;
  const indexes: number[] = [];
  const seen = new Set<number>();
  for (const [place, optionId] of optionIds.entries()) {
    const index = optionIndex.get(optionId);
    if (index === undefined) return { ok: false, code: 'option-unknown', field: `${field}[${place}]` };
    if (seen.has(index)) return { ok: false, code: 'option-repeated', field: `${field}[${place}]` };
    seen.add(index);
    indexes.push(index);
  }
  const refusal = countRefusal(contest, indexes.length);
  if (refusal) return { ok: false, code: refusal, field };
  return { ok: true, marks: indexes.toSorted((a, b) => a - b) };
}

function countRefusal(contest: BallotContest['contest'], count: number) {
  if (count < contest.minSelections) return 'selections-too-few' as const;
  if (count > contest.maxSelections) return 'selections-too-many' as const;
  return undefined;
}

/** Canonical bytes: for each contest in ballot order u16 count, then ascending u16 option indexes, big-endian. */
export function encodeSelections(selections: Selections): Uint8Array {
  const bytes = new Uint8Array(selections.reduce((size, marks) => size + 2 + 2 * marks.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const marks of selections) {
    view.setUint16(at, marks.length);
    at += 2;
    for (const index of marks) {
      view.setUint16(at, index);
      at += 2;
    }
  }
  return bytes;
}

/**
 * Reads canonical bytes against the ballot. `undefined` when they are anything that `encodeSelections` could not have
 * written for valid selections of this ballot: one vote has one encoding, so one vote ID.
 */
export function decodeSelections(election: Election, bytes: Uint8Array): Selections | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const selections: number[][] = [];
  let at = 0;
  for (const { contest } of election.contests) {
    if (at + 2 > bytes.length) return undefined;
    const count = view.getUint16(at);
    at += 2;
    if (countRefusal(contest, count) !== undefined || at + 2 * count > bytes.length) return undefined;
    const marks: number[] = [];
    for (let place = 0; place < count; place += 1, at += 2) {
      const index = view.getUint16(at);
      if (index >= contest.options.length || index <= (marks.at(-1) ?? -1)) return undefined;
      marks.push(index);
    }
    selections.push(marks);
  }
  return at === bytes.length ? selections : undefined;
}
