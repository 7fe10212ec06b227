/** Why a send failed, as `suffrage_ingestion_append_errors_total` names it. */
type Reason = 'not-enough-replicas' | 'not-leader' | 'timed-out' | 'time-refused' | 'connection' | 'other';

/** Kafka's own names of errors, and the codes of the client. */
const REASONS: Readonly<Record<string, Reason>> = {
  NOT_ENOUGH_REPLICAS: 'not-enough-replicas',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'not-enough-replicas',
  NOT_LEADER_OR_FOLLOWER: 'not-leader',
  LEADER_NOT_AVAILABLE: 'not-leader',
  FENCED_LEADER_EPOCH: 'not-leader',
  UNKNOWN_TOPIC_OR_PARTITION: 'not-leader',
  REQUEST_TIMED_OUT: 'timed-out',
  INVALID_TIMESTAMP: 'time-refused',
  PLT_KFK_TIMEOUT: 'timed-out',
  PLT_KFK_NETWORK: 'connection',
};

/** Errors of the client lie within each other, several levels deep: the first one that has a name here counts. */
export function reasonOf(error: unknown): Reason {
  for (const { apiId, code } of unfold(error)) {
    const reason = REASONS[String(apiId)] ?? REASONS[String(code)];
    if (reason) return reason;
  }
  return 'other';
}

type Named = {
  readonly apiId?: unknown;
  readonly code?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
};

/** The innermost first: they know the broker's own word. */
function* unfold(error: unknown): Generator<Named> {
  if (typeof error !== 'object' || error === null) return;
  const named: Named = error;
  if (Array.isArray(named.errors)) for (const inner of named.errors) yield* unfold(inner);
  yield* unfold(named.cause);
  yield named;
}
