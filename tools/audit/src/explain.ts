/** One sentence: what failed, and why as far down as it is known. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  const [inner] = error instanceof AggregateError ? error.errors : [];
  const reason = cause ?? inner;
  // Errors of sockets that were tried one after the other have no message of their own.
  if (message === '') return explain(reason);
  return reason === undefined ? message : `${message}: ${explain(reason)}`;
}
