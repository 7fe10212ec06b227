import { once } from 'node:events';
import { createServer } from 'node:http';
import { dashboards } from '../dashboards/all.ts';
import type { Dashboard } from '../dashboards/panel.ts';
import { askRange } from './ask.ts';
import { drawPanel } from './draw.ts';

const SHOWN_SECONDS = 15 * 60;
const STEP_SECONDS = 5;
/** Four scrapes. */
const RATE_WINDOW = '20s';

/** The dashboards without Grafana: each is a page of pictures over the last quarter of an hour, drawn anew every 10 s. */
export async function serveDashboards(
  port: number,
  prometheusUrl: string,
): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const uid = (request.url ?? '/').slice(1);
    const dashboard = dashboards.find(each => each.uid === uid) ?? dashboards[0];
    if (!dashboard) return void response.writeHead(404).end();
    const now = Date.now() / 1000;
    drawDashboard(dashboard, prometheusUrl, { from: now - SHOWN_SECONDS, to: now }).then(
      rows =>
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(dashboard, rows)),
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

type DrawnRow = { readonly title: string; readonly pictures: readonly string[] };

/** Asks for everything that the dashboard shows. Times in seconds since 1970. */
async function drawDashboard(
  { rows }: Dashboard,
  prometheusUrl: string,
  range: {
    readonly from: number;
    readonly to: number;
    readonly stepSeconds?: number;
    readonly rateWindow?: string;
  },
): Promise<DrawnRow[]> {
  const asked = { stepSeconds: STEP_SECONDS, rateWindow: RATE_WINDOW, ...range };
  return Promise.all(
    rows.map(async ({ title, panels }) => ({
      title,
      pictures: await Promise.all(
        panels.map(async panel => {
          const answers = await Promise.all(
            panel.queries.map(({ expr }) => askRange(prometheusUrl, expr, asked)),
          );
          return drawPanel({ panel, answers });
        }),
      ),
    })),
  );
}

const page = ({ uid, title, description }: Dashboard, rows: readonly DrawnRow[]) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="10"><title>${title} · Suffrage</title>
<style>body{font:15px system-ui,sans-serif;margin:1.5rem;background:#f4f6f8;color:#1b2733}nav a{margin-right:1rem}
section{display:flex;flex-wrap:wrap;gap:12px}h2{font-size:1rem;margin:1.2rem 0 .5rem}</style>
<nav>${dashboards.map(each => (each.uid === uid ? `<b>${each.title}</b> ` : `<a href="/${each.uid}">${each.title}</a>`)).join(' ')}</nav>
<h1>${title}</h1><p>${description}</p>
${rows.map(row => `<h2>${row.title}</h2><section>${row.pictures.join('')}</section>`).join('\n')}
</html>
`;
