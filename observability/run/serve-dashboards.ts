import { once } from 'node:events';
import { createServer } from 'node:http';
import { dashboards } from '../dashboards/all.ts';
import type { Dashboard } from '../dashboards/panel.ts';
import { drawDashboard, lastMinutes, STYLE } from './draw-dashboard.ts';

const SHOWN_MINUTES = 15;

/** The dashboards without Grafana: each is a page over the last quarter of an hour, drawn anew every 10 s. */
export async function serveDashboards(
  port: number,
  prometheusUrl: string,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const uid = (request.url ?? '/').slice(1);
    const dashboard = dashboards.find(each => each.uid === uid) ?? dashboards[0];
    if (!dashboard) return void response.writeHead(404).end();
    drawDashboard(dashboard, prometheusUrl, lastMinutes(SHOWN_MINUTES)).then(
      drawn =>
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(dashboard, drawn)),
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

const page = ({ uid, title }: Dashboard, drawn: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="10"><title>${title} · Suffrage</title>
<style>${STYLE}</style>
<nav>${dashboards.map(each => (each.uid === uid ? `<b>${each.title}</b>` : `<a href="/${each.uid}">${each.title}</a>`)).join(' ')}</nav>
${drawn}
</html>
`;
