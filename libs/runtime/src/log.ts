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
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination);
}
