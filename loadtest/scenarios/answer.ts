/** What an installation may answer, the same over both transports. `unknown`: the vote may be on the log, or not. */
export type Answer = {
  readonly kind: 'accepted' | 'local' | 'busy' | 'refused' | 'unknown';
  readonly millis: number;
  /** Of an accepted vote, where it was asked for: JSON. */
  readonly receipt?: string;
  readonly code?: string;
};
