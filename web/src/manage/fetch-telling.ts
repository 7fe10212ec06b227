/** Told how much of a body has left this browser, from 0 to 1. */
export type OnSent = (share: number) => void;

type Init = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
  readonly signal: AbortSignal;
};

/**
 * `fetch` of this origin for a body that takes its time: `fetch` itself can't say how much has been sent.
 * @throws Error when there is no answer; what `signal` was aborted with when it was.
 */
export async function fetchTelling(address: string, init: Init, onSent: OnSent): Promise<Response> {
  const { method, headers, body, signal } = init;
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  const answered = Promise.withResolvers<Response>();
  request.open(method, address);
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
  request.responseType = 'blob';
  request.upload.addEventListener('progress', ({ loaded, total }) =>
    onSent(total === 0 ? 1 : loaded / total),
  );
  request.upload.addEventListener('load', () => onSent(1));
  request.addEventListener('load', () => answered.resolve(responseOf(request)));
  request.addEventListener('error', () =>
    answered.reject(new Error(`${method} ${address} was not answered`)),
  );
  request.addEventListener('abort', () => answered.reject(signal.reason));
  const abort = () => request.abort();
  signal.addEventListener('abort', abort);
  request.send(body);
  try {
    return await answered.promise;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function responseOf({ status, response }: XMLHttpRequest): Response {
  const body = response instanceof Blob && status !== 204 ? response : null;
  return new Response(body, { status });
}
