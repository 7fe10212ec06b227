import { createServer } from 'node:http';
import type { Health } from '../health.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Metrics } from '../metrics.ts';
import { answerProfile } from './profile.ts';

/**
 * Serves `/metrics`, profiles to callers on this machine (and `/health*` for services without another HTTP port) on a port
 * of its own, so that scraping never competes with requests for their limits and is not reachable where the service is.
 * @returns the port in use.
 */
export async function serveMetrics(
  { host, port, health, metrics }: { host: string; port: number; health: Health; metrics: Metrics },
  lifecycle: Lifecycle,
): Promise<number> {
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? '', 'http://metrics');
    if (url?.pathname === '/profile/cpu' || url?.pathname === '/profile/heap') {
      answerProfile(url, request, response).catch(() => response.destroy());
      return;
    }
    answer(request.url ?? '', health, metrics).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  lifecycle.onClose('metrics server', () => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

async function answer(url: string, health: Health, { registry }: Metrics) {
  const json = 'application/json';
  // An address such as `//` is none, and not a fault of ours.
  switch (URL.parse(url, 'http://metrics')?.pathname ?? '') {
    case '/metrics':
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    case '/health/live':
      return { status: 200, type: json, body: '{"status":"ok"}' };
    case '/health':
    case '/health/ready': {
      const report = await health.report();
      const refuse = report.status === 'unavailable' && url.startsWith('/health/ready');
      return { status: refuse ? 503 : 200, type: json, body: JSON.stringify(report) };
    }
    default:
      return { status: 404, type: json, body: '{}' };
  }
}
