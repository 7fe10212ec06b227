import { errorRegistry, type ErrorCode, type Refusal } from '@suffrage/contracts/errors';
import type { Receipt } from '@suffrage/contracts/receipt';
import type { HttpRefusal } from './problem.ts';

/**
 * Everything that can keep a vote from being counted now: code -> what the voter can do, and a text for a log or a page
 * without one of its own.
 *
 * `change-choice`: mark the ballot otherwise and cast again. `prove-again`: `resume` with another code or after a new
 * sign-in. `resume`: the vote is kept; `resume` goes on where it stopped, as often as it takes. `vote-again`: `voteAgain`.
 * `wait`: `resume` when the election is open. `ask-officials`: only those who hold the election can help. `nothing`.
 */
export const voteProblems = {
  'choice-invalid': {
    can: 'change-choice',
    text: 'The marks do not fit the ballot. Nothing was sent or kept.',
  },
  'vote-unfinished': {
    can: 'resume',
    text: 'This device keeps a vote of this election that is not counted yet.',
  },
  'voted-already': { can: 'nothing', text: 'A vote of this election was counted from this device.' },
  'may-vote-again': {
    can: 'vote-again',
    text: 'A vote of this election was counted from this device; it may be replaced.',
  },
  'no-voting-again': {
    can: 'nothing',
    text: 'This voter may not vote again: the election does not allow it, or not as often.',
  },
  'election-unknown': { can: 'ask-officials', text: 'There is no such election.' },
  'not-yet-open': { can: 'wait', text: 'The election is not open yet. The vote is kept.' },
  closed: { can: 'nothing', text: 'The election is closed, and the vote is not stored.' },
  'proof-refused': {
    can: 'prove-again',
    text: 'The registrar refuses this proof: it is wrong, has run out or was used. The vote is kept.',
  },
  'not-eligible': { can: 'ask-officials', text: 'The registrar knows no right to this vote.' },
  'token-used-up': {
    can: 'ask-officials',
    text: 'This voter has received a token for another vote, perhaps on another device.',
  },
  'token-forged': { can: 'ask-officials', text: 'What the registrar answers is no token on this vote.' },
  refused: { can: 'ask-officials', text: 'The service refuses this vote, and it is not stored.' },
  unreachable: {
    can: 'resume',
    text: 'No service could be reached in time. The vote is kept and was not sent.',
  },
  'outcome-unknown': {
    can: 'resume',
    text: 'The vote may be stored or not. It is kept, and may be sent again: it is counted at most once.',
  },
  'not-counted-yet': { can: 'resume', text: 'The vote is stored, and not counted yet.' },
  'set-aside': {
    can: 'ask-officials',
    text: 'The vote is stored and was set aside. The receipt proves that it was accepted.',
  },
  rejected: {
    can: 'ask-officials',
    text: 'The vote is stored and was rejected. If there is a receipt, it proves that it was accepted.',
  },
  stopped: { can: 'resume', text: 'The caller stopped waiting. The vote is kept as it is.' },
  'changed-elsewhere': { can: 'resume', text: 'Another tab or process works on this vote.' },
  'store-failed': {
    can: 'resume',
    text: 'This device can not keep the vote safely; nothing was sent since.',
  },
} as const satisfies Record<string, { readonly can: Remedy; readonly text: string }>;

export type Remedy =
  | 'change-choice'
  | 'prove-again'
  | 'resume'
  | 'vote-again'
  | 'wait'
  | 'ask-officials'
  | 'nothing';

export type VoteProblemCode = keyof typeof voteProblems;

export type VoteProblem = {
  readonly ok: false;
  readonly code: VoteProblemCode;
  readonly can: Remedy;
  /** As receipts and the status route write it. */
  readonly voteId?: string;
  /** What the service answered. */
  readonly refusal?: Refusal;
  readonly receipt?: Receipt;
  readonly cause?: unknown;
};

type Details = Omit<VoteProblem, 'ok' | 'code' | 'can'>;

/** Takes the details by name: a kept vote has a vote ID, too, and much that no error may show. */
export function problem(code: VoteProblemCode, details: Details = {}): VoteProblem {
  const { voteId, refusal, receipt, cause } = details;
  return {
    ok: false,
    code,
    can: voteProblems[code].can,
    ...(voteId === undefined ? {} : { voteId }),
    ...(refusal ? { refusal } : {}),
    ...(receipt ? { receipt } : {}),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** Refusals of both services that a voter understands by themselves. */
const MEANINGS: ReadonlyMap<string, VoteProblemCode> = new Map<string, VoteProblemCode>([
  ['election-unknown', 'election-unknown'],
  ['election-not-yet-open', 'not-yet-open'],
  ['election-closed', 'closed'],
  ['voter-not-eligible', 'not-eligible'],
  ['token-already-issued', 'token-used-up'],
  ['unauthorized', 'proof-refused'],
  ['code-refused', 'proof-refused'],
  ['revisions-exhausted', 'no-voting-again'],
]);

/** What a final refusal means to the voter. */
export function meaningOf(code: ErrorCode): VoteProblemCode {
  return MEANINGS.get(code) ?? 'refused';
}

/** What the registrar's final refusal of a token means; `undefined` when asking again may help. */
export function meaningOfTokenRefusal({ code, status }: HttpRefusal): VoteProblemCode | undefined {
  // A status says more than a code from after this version, which reads as `internal`.
  if (status === 401) return 'proof-refused';
  const isClientsFault = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
  if (code === 'internal') return isClientsFault ? 'refused' : undefined;
  return errorRegistry[code].retryable || status === 429 ? undefined : meaningOf(code);
}
