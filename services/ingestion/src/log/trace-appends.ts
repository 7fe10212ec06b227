import { traceWork } from '@suffrage/runtime/tracing';
import type { BatchAppender } from './append-batch.ts';

/** The same, with a span for each batch that has a traced vote. */
export function traceAppends(appendBatch: BatchAppender, topic: string): BatchAppender {
  return (records, timestamp) => {
    // Nearly always none has: headers are there only where tracing is on, and never in secret elections.
    const traceparents = records.flatMap(({ headers }) =>
      headers.size === 0 ? [] : (headers.get('traceparent') ?? []),
    );
    const attributes = {
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.batch.message_count': records.length,
    } as const;
    return traceWork({ name: `send ${topic}`, kind: 'send', attributes }, traceparents, () =>
      appendBatch(records, timestamp),
    );
  };
}
