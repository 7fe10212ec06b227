import { activeTraceId } from './tracing.ts';
import { type DestinationStream, type Logger, pino, type SerializedError } from 'pino';

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
    // Within a traced request or batch; never for votes of secret elections.
    mixin: () => {
      const id = activeTraceId();
      return id === undefined ? {} : { trace_id: id };
    },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Anything may be thrown.
    serializers: {
      err: (error: unknown) => (error instanceof Error ? withoutData(pino.stdSerializers.err(error)) : error),
    },
  };
  return pino(options, destination);
}

/** PostgreSQL repeats the row that it refuses, and ioredis the command: what they hold of voters belongs in no log. */
const DATA = ['detail', 'where', 'internalQuery', 'command'] as const;

function withoutData(error: SerializedError): SerializedError {
  for (const name of DATA) delete error[name];
  for (const each of error.aggregateErrors ?? []) withoutData(each);
  return error;
}
