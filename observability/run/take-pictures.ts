import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { launchChromium } from '@suffrage/test/chromium';
import { dashboards } from '../dashboards/all.ts';
import { drawDashboard, lastMinutes, STYLE } from './draw-dashboard.ts';
import { PROMETHEUS_PORT } from './ports.ts';

const HELP = `make dashboard-pictures

A picture of each dashboard over the last minutes, from what the Prometheus of make observe has scraped, into docs/pictures.
So that they show something, first:

  make up; make observe                            in one terminal
  make audit ARGS=--follow                         in another
  make demo; make load RUNNING=1 SCENARIO=watchers in a third

  MINUTES=N  how much the pictures show (default 5)
  OUT=DIR    where they go (default docs/pictures)`;

const WIDTH = 1000;

async function takePictures(directory: string, minutes: number): Promise<void> {
  const prometheusUrl = `http://127.0.0.1:${PROMETHEUS_PORT}`;
  const isThere = await fetch(`${prometheusUrl}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
  if (!isThere) throw new Error(`no Prometheus answers at ${prometheusUrl}: make observe starts it`);
  await mkdir(directory, { recursive: true });
  const shown = lastMinutes(minutes);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: 600 } });
    for (const dashboard of dashboards) {
      await page.setContent(`<style>${STYLE}</style>${await drawDashboard(dashboard, prometheusUrl, shown)}`);
      const file = `dashboard-${dashboard.uid.replace('suffrage-', '')}.png`;
      await page.locator('main').screenshot({ path: join(directory, file) });
      process.stdout.write(`  ${file}\n`);
    }
  } finally {
    await browser.close();
  }
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    out: { type: 'string', default: 'docs/pictures' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const minutes = Number(values.minutes);
if (values.help) process.stdout.write(`${HELP}\n`);
else if (!(minutes > 0)) {
  process.stderr.write(`dashboard-pictures: MINUTES is "${values.minutes}", it takes a number above 0\n`);
  process.exitCode = 1;
} else
  await takePictures(resolve(repositoryDirectory, values.out), minutes).catch((error: unknown) => {
    process.stderr.write(`dashboard-pictures: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
