/**
 * The one registry of refusals: code -> public text, HTTP status, gRPC status, retryable. Each transport has one file
 * that maps it; internal text never leaves. `retryable` means: the same request may be sent again and may succeed.
 */
type Entry = {
  readonly title: string;
  readonly http: number;
  readonly grpc: GrpcStatus;
  readonly retryable: boolean;
};

/** Names of google.rpc.Code. */
type GrpcStatus =
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

const refusal = (http: number, grpc: GrpcStatus, title: string): Entry => ({
  title,
  http,
  grpc,
  retryable: false,
});
const tryAgain = (http: number, grpc: GrpcStatus, title: string): Entry => ({
  title,
  http,
  grpc,
  retryable: true,
});

export const errorRegistry = {
  // What the client sent can't be read.
  'malformed-json': refusal(400, 'INVALID_ARGUMENT', 'The body is not valid JSON.'),
  'malformed-message': refusal(400, 'INVALID_ARGUMENT', 'The message can not be read.'),
  'field-invalid': refusal(400, 'INVALID_ARGUMENT', 'A field is missing, unknown or malformed.'),
  'body-too-large': refusal(413, 'RESOURCE_EXHAUSTED', 'The body is larger than the limit.'),
  'media-type-unsupported': refusal(415, 'INVALID_ARGUMENT', 'The body must be application/json.'),
  'route-unknown': refusal(404, 'NOT_FOUND', 'There is nothing at this address.'),
  'request-timeout': tryAgain(408, 'DEADLINE_EXCEEDED', 'The request took too long to arrive.'),
  'origin-refused': refusal(403, 'PERMISSION_DENIED', 'Pages of other origins may not use this address.'),

  // The vote can't be taken as it is.
  'election-unknown': refusal(404, 'NOT_FOUND', 'There is no such election.'),
  'election-not-yet-open': refusal(409, 'FAILED_PRECONDITION', 'The election is not open yet.'),
  'election-closed': refusal(409, 'FAILED_PRECONDITION', 'The election is closed.'),
  'contest-unknown': refusal(422, 'INVALID_ARGUMENT', 'The ballot has no such contest.'),
  'option-unknown': refusal(422, 'INVALID_ARGUMENT', 'The contest has no such option.'),
  'option-repeated': refusal(422, 'INVALID_ARGUMENT', 'An option is marked more than once.'),
  'option-exclusive': refusal(
    422,
    'INVALID_ARGUMENT',
    'An option that stands alone is marked together with others.',
  ),
  'selections-too-few': refusal(
    422,
    'INVALID_ARGUMENT',
    'Fewer options are marked than the contest asks for.',
  ),
  'selections-too-many': refusal(422, 'INVALID_ARGUMENT', 'More options are marked than the contest allows.'),
  'selections-invalid': refusal(
    422,
    'INVALID_ARGUMENT',
    'The selections are not a valid marking of this ballot.',
  ),
  'salt-length': refusal(422, 'INVALID_ARGUMENT', 'The salt must have 32 bytes.'),
  'revision-invalid': refusal(
    422,
    'INVALID_ARGUMENT',
    'The revision does not fit the rules of this election.',
  ),
  'voter-reference-invalid': refusal(
    422,
    'INVALID_ARGUMENT',
    'The voter reference does not fit the mode of this election.',
  ),
  'token-key-unknown': refusal(
    403,
    'PERMISSION_DENIED',
    'The token names a key that is not a key of this election.',
  ),
  'token-invalid': refusal(
    403,
    'PERMISSION_DENIED',
    'The token is not a signature of this election on exactly these selections and salt.',
  ),

  'vote-unknown': refusal(404, 'NOT_FOUND', 'This instance keeps no such vote on its disk.'),

  // Nothing was handed to the log: try again.
  'not-ready': tryAgain(503, 'UNAVAILABLE', 'The service is not ready. Nothing was stored.'),
  overloaded: tryAgain(503, 'UNAVAILABLE', 'The service is at its limit. Nothing was stored.'),
  'log-unavailable': tryAgain(503, 'UNAVAILABLE', 'The log can not be reached. Nothing was stored.'),
  // Something was handed to the log: the same vote may be sent again, it is counted at most once.
  'outcome-unknown': tryAgain(
    504,
    'DEADLINE_EXCEEDED',
    'The log did not confirm in time: the vote may be stored or not. Send the same vote again; it is counted at most once.',
  ),

  // The registrar.
  unauthorized: refusal(401, 'UNAUTHENTICATED', 'A valid bearer token is needed.'),
  'election-exists': refusal(409, 'ALREADY_EXISTS', 'An election with this id exists already.'),
  'election-locked': refusal(
    409,
    'FAILED_PRECONDITION',
    'The election is published: its definition can not change.',
  ),
  'election-changed': refusal(
    412,
    'FAILED_PRECONDITION',
    'The draft has been changed since the revision that If-Match names. Nothing was changed.',
  ),
  'election-phase': refusal(409, 'FAILED_PRECONDITION', 'The election is not in the phase that this needs.'),
  'schedule-invalid': refusal(422, 'INVALID_ARGUMENT', 'The schedule is not possible.'),
  'blinded-message-invalid': refusal(
    422,
    'INVALID_ARGUMENT',
    'The blinded message is not a value below the modulus.',
  ),
  'voter-not-eligible': refusal(
    403,
    'PERMISSION_DENIED',
    'This voter has no right to a token of this election.',
  ),
  'token-already-issued': refusal(
    409,
    'ALREADY_EXISTS',
    'This voter has already received a token for another vote.',
  ),
  'issued-count-unavailable': refusal(
    404,
    'NOT_FOUND',
    'The election was made before there was a key to sign how many tokens it has given.',
  ),
  // The registrar: managers.
  'role-missing': refusal(403, 'PERMISSION_DENIED', 'Your roles do not include what this needs.'),
  'sign-in-unavailable': tryAgain(
    503,
    'UNAVAILABLE',
    'The sign-in service can not be reached to check the token. Nothing was changed.',
  ),
  'reason-missing': refusal(422, 'INVALID_ARGUMENT', 'This needs a reason, which is published.'),
  'election-annulled': refusal(409, 'FAILED_PRECONDITION', 'The election has been annulled.'),
  // What the aggregator states officially.
  'statement-unavailable': refusal(404, 'NOT_FOUND', 'This has not been stated of the election.'),
  'election-not-sealable': refusal(
    409,
    'FAILED_PRECONDITION',
    'The election was made before there was a key to sign its results, and can not be sealed.',
  ),

  // The registrar, voters: roll, codes, tokens, limits.
  'code-refused': refusal(403, 'PERMISSION_DENIED', 'This code is not valid, or it has been used.'),
  'sign-in-needed': refusal(
    401,
    'UNAUTHENTICATED',
    'Sign in first: a valid ID token of the voter is needed.',
  ),
  'session-needed': refusal(401, 'UNAUTHENTICATED', 'Open a session first: it is missing or has ended.'),
  'captcha-refused': refusal(403, 'PERMISSION_DENIED', 'The captcha was not solved.'),
  'captcha-unavailable': tryAgain(503, 'UNAVAILABLE', 'The captcha can not be checked at the moment.'),
  'rate-limited': tryAgain(429, 'RESOURCE_EXHAUSTED', 'Too many requests: wait as long as Retry-After says.'),
  'revisions-exhausted': refusal(
    409,
    'FAILED_PRECONDITION',
    'This voter has changed the vote as often as is allowed.',
  ),
  'roll-rows-invalid': refusal(
    422,
    'INVALID_ARGUMENT',
    'The roll has rows that can not be taken. Nothing was changed.',
  ),
  'roll-removal': refusal(
    409,
    'FAILED_PRECONDITION',
    'The election is scheduled: voters can be added to its roll, not removed or changed.',
  ),
  'roll-missing': refusal(409, 'FAILED_PRECONDITION', 'The eligibility of this election is not "roll".'),
  'voter-unknown': refusal(404, 'NOT_FOUND', 'There is no such voter on the roll.'),
  'keys-destroyed': refusal(
    410,
    'FAILED_PRECONDITION',
    'What this election kept of its voters has been erased.',
  ),
  'retention-not-over': refusal(
    409,
    'FAILED_PRECONDITION',
    'What the election keeps of its voters may not be erased yet.',
  ),

  internal: tryAgain(500, 'INTERNAL', 'Something went wrong here. It was logged.'),
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof errorRegistry;

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorRegistry, code);
}

export const errorCodes: readonly ErrorCode[] = Object.keys(errorRegistry).filter(isErrorCode);

/** Seconds that a client should wait before it repeats a retryable request. */
export const RETRY_AFTER_SECONDS = 1;

/** RFC 9457. `field` names the offending member of the request in its own words. */
export type Problem = {
  readonly type: string;
  readonly code: ErrorCode;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly field?: string;
};

/** A refusal as a value: what the use cases return and the transports map. */
export type Refusal = {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly field?: string;
  readonly detail?: string;
};

export function refuse(code: ErrorCode, field?: string, detail?: string): Refusal {
  return {
    ok: false,
    code,
    ...(field === undefined ? {} : { field }),
    ...(detail === undefined ? {} : { detail }),
  };
}

export function toProblem({ code, field, detail }: Omit<Refusal, 'ok'>): Problem {
  const { title, http } = errorRegistry[code];
  return {
    type: `urn:suffrage:problem:${code}`,
    code,
    title,
    status: http,
    ...(detail === undefined ? {} : { detail }),
    ...(field === undefined ? {} : { field }),
  };
}
