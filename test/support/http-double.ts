import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Lifecycle } from '@suffrage/runtime/lifecycle';

export type DoubleRequest = { readonly request: IncomingMessage; readonly body: string };
export type DoubleAnswer = { readonly status?: number; readonly type?: string; readonly body: unknown };

/**
 * A stand-in for somebody else's service, on loopback, that speaks its protocol over real HTTP. `answer` gives what it would
 * say; `undefined`: it never answers. @returns its origin.
 */
export async function startHttpDouble(
  answer: (asked: DoubleRequest) => DoubleAnswer | undefined,
  lifecycle: Lifecycle,
): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then(body => {
      const said = answer({ request, body });
      if (!said) return;
      response
        .writeHead(said.status ?? 200, { 'content-type': said.type ?? 'application/json' })
        .end(JSON.stringify(said.body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  lifecycle.onClose('http double', () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('a listening server has an address');
  return `http://127.0.0.1:${address.port}`;
}
