import type { HttpServer } from '@suffrage/runtime/http/server';

const REQUESTS_DEADLINE_MILLIS = 2_000;

/**
 * Takes no more connections and lets requests under way end. Node waits for ever for a connection that was opened
 * without a request (browsers and HTTP clients do that in advance), so after 2 s all are cut.
 */
export async function closeServer(server: HttpServer): Promise<void> {
  const deadline = setTimeout(() => server.server.closeAllConnections(), REQUESTS_DEADLINE_MILLIS);
  await server.close();
  clearTimeout(deadline);
}
