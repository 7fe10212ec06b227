import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON logs, one event a line, with the time as an ISO instant, on standard output unless another destination is given. */
export function createLog(
  service: string,
  instance: string,
  level: string,
  destination: DestinationStream = pino.destination(1),
): Log {
  const options = {
    level,
    base: { service, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: printableError },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination);
}

/** Where PostgreSQL quotes values: a key that is there twice, the line of a copy, the statement. */
const QUOTING = new Set(['detail', 'where', 'internalQuery']);

/** An error without what a server quotes of rows: those may be of voters. Anything may be thrown. */
function printableError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const members = Object.entries(pino.stdSerializers.err(error));
  return Object.fromEntries(members.filter(([name]) => !QUOTING.has(name)));
}
