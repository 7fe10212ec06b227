import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { Histogram } from 'prom-client';

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
    // Called when the call is over, in whatever way.
    const onCancel = () => {
      seconds.observe({ method: path.slice(1), status: answered }, (performance.now() - begun) / 1000);
    };
    return new ServerInterceptingCall(call, {
      start: next => next({ onCancel }),
      sendStatus: (ended, next) => {
        answered = status[ended.code ?? status.OK];
        next(ended);
      },
    });
  };
}
