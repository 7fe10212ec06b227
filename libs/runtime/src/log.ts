import { type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON logs on standard output, one event a line, with the time as an ISO instant. */
export function createLog(service: string, instance: string, level: string): Log {
  return pino({
    level,
    base: { service, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
  });
}
