import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServerListener,
  status,
} from '@grpc/grpc-js';
import type { Histogram } from 'prom-client';
import { exemplarOf } from '../tracing.ts';

/** Of a call that ended without an answer: the client left, its deadline passed, or its connection was cut. */
const NO_ANSWER = status[status.CANCELLED];

/**
 * Observes each call when it is over, refused ones too: it has to be the first interceptor, the one nearest to the wire.
 * Methods that do not exist come no further than gRPC itself, so no client can make up a label.
 */
export function timeCalls(seconds: Histogram<'method' | 'status'>): ServerInterceptor {
  return ({ path }, call) => {
    const begun = performance.now();
    let answered = NO_ANSWER;
    // What the handler gets too: by it the call names its trace.
    let received: Metadata | undefined;
    const listener: ServerListener = {
      onReceiveMetadata(metadata, next) {
        received = metadata;
        next(metadata);
      },
      // Called when the call is over, in whatever way.
      onCancel() {
        seconds.observe({
          labels: { method: path.slice(1), status: answered },
          value: (performance.now() - begun) / 1000,
          exemplarLabels: received ? exemplarOf(received) : {},
        });
      },
    };
    return new ServerInterceptingCall(call, {
      start: next => next(listener),
      sendStatus: (ended, next) => {
        answered = status[ended.code ?? status.OK];
        next(ended);
      },
    });
  };
}
