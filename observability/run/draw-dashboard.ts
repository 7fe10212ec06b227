import type { Dashboard } from '../dashboards/panel.ts';
import { askRange } from './ask.ts';
import { drawPanel, type Shown } from './draw.ts';

const LEAST_STEP_SECONDS = 5;
const MOST_POINTS = 200;
const SCRAPES_IN_WINDOW = 4;

/** The last minutes, in steps that a picture can show. */
export function lastMinutes(minutes: number): Shown {
  const seconds = minutes * 60;
  const stepSeconds = Math.max(LEAST_STEP_SECONDS, Math.ceil(seconds / MOST_POINTS));
  const to = Date.now() / 1000;
  return { from: to - seconds, to, stepSeconds };
}

export const STYLE = `body{font:15px system-ui,sans-serif;margin:0;background:#f4f6f8;color:#1b2733}
nav{margin:1.2rem 1.5rem 0}nav>*{margin-right:1rem}main{padding:1.2rem 1.5rem;max-width:1240px}
h1{font-size:1.5rem;margin:0}h1+p{margin:.3rem 0 0}h2{font-size:1rem;margin:1.1rem 0 .5rem}
section{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-bottom:12px}
section.lines{grid-template-columns:repeat(auto-fill,minmax(min(420px,100%),1fr))}
figure{display:flex;flex-direction:column;margin:0;padding:.6rem .8rem;background:#fff;border:1px solid #dfe4e8;border-radius:6px}
figcaption{font-size:13px;font-weight:600;margin-bottom:.3rem}.number{font-size:34px;font-weight:600;margin:auto 0 0}
figure>svg{display:block;width:100%}text{font-size:12px;fill:#4a5763}
ul{display:flex;flex-wrap:wrap;gap:.1rem .9rem;margin:.3rem 0 0;padding:0;list-style:none;font-size:11px;color:#4a5763}
li svg{margin-right:5px}ol.spans{margin:.2rem 0;padding-left:1.4rem;list-style:none;border-left:2px solid #dfe4e8}`;

/** Asks Prometheus for everything that the dashboard shows. HTML for a page with `STYLE`. */
export async function drawDashboard(
  { title, description, rows }: Dashboard,
  prometheusUrl: string,
  shown: Shown,
): Promise<string> {
  const asked = { ...shown, rateWindow: `${SCRAPES_IN_WINDOW * shown.stepSeconds}s` };
  const draw = async (panels: Dashboard['rows'][number]['panels']) => {
    const drawn = panels.map(async panel => {
      const answers = panel.queries.map(({ expr }) => askRange(prometheusUrl, expr, asked));
      return drawPanel({ panel, answers: await Promise.all(answers) }, shown);
    });
    return (await Promise.all(drawn)).join('');
  };
  const drawnRows = rows.map(async row => {
    const numbers = await draw(row.panels.filter(({ kind }) => kind === 'number'));
    const lines = await draw(row.panels.filter(({ kind }) => kind === 'lines'));
    return `<h2>${row.title}</h2>${section('numbers', numbers)}${section('lines', lines)}`;
  });
  return `<main><h1>${title}</h1><p>${description}</p>${(await Promise.all(drawnRows)).join('\n')}</main>`;
}

const section = (kind: string, content: string) =>
  content === '' ? '' : `<section class="${kind}">${content}</section>`;
