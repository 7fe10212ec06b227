import { once } from 'node:events';
import { createServer } from 'node:http';
import { dashboards } from '../dashboards/all.ts';
import { drawDashboard, lastMinutes, STYLE } from './draw-dashboard.ts';
import { drawTraces } from './draw-traces.ts';
import type { Traces } from './receive-traces.ts';

const SHOWN_MINUTES = 15;
export const TRACES = 'traces';

/** The dashboards without Grafana, each over the last quarter of an hour, and the newest traces without Jaeger; drawn anew every 10 s. */
export async function serveDashboards(
  port: number,
  prometheusUrl: string,
  traces: Pick<Traces, 'newest'>,
): Promise<{ close(): Promise<void> }> {
  const draw = async (uid: string) => {
    const dashboard = dashboards.find(each => each.uid === uid);
    if (dashboard) return drawDashboard(dashboard, prometheusUrl, lastMinutes(SHOWN_MINUTES));
    return uid === TRACES ? drawTraces(traces.newest()) : undefined;
  };
  const server = createServer((request, response) => {
    const uid = (request.url ?? '/').slice(1) || (dashboards[0]?.uid ?? '');
    const html = { 'content-type': 'text/html; charset=utf-8' };
    draw(uid).then(
      drawn =>
        response.writeHead(drawn === undefined ? 404 : 200, html).end(page(uid, drawn ?? 'Nothing is here.')),
      (error: unknown) => response.writeHead(502, { 'content-type': 'text/plain' }).end(String(error)),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const pages = [...dashboards, { uid: TRACES, title: 'Traces' }];

function page(uid: string, drawn: string): string {
  const title = pages.find(each => each.uid === uid)?.title ?? 'Not found';
  const links = pages.map(each =>
    each.uid === uid ? `<b>${each.title}</b>` : `<a href="/${each.uid}">${each.title}</a>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="10"><title>${title} · Suffrage</title>
<style>${STYLE}</style>
<nav>${links.join(' ')}</nav>
${drawn}
</html>
`;
}
