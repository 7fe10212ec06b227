import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const dollars = z.number().positive();
const machine = z.object({ type: z.string(), vcpu: z.number().positive(), perHour: dollars });
const priceList = z.strictObject({
  asOf: z.iso.date(),
  region: z.string(),
  currency: z.literal('USD'),
  note: z.string(),
  sources: z.record(z.string(), z.url()),
  compute: machine,
  cluster: z.object({ perHour: dollars }),
  broker: machine.extend({ megabytesPerSecond: z.number().positive() }),
  brokerStoragePerGigabyteMonth: dollars,
  database: machine,
  databaseStoragePerGigabyteMonth: dollars,
  cache: machine,
  loadBalancer: z.object({
    perHour: dollars,
    perLcuHour: dollars,
    lcuGigabytesPerHour: z.number().positive(),
    lcuNewConnectionsPerSecond: z.number().positive(),
  }),
  perGigabyteBetweenZones: dollars,
  perGigabyteToTheInternet: dollars,
});

/** List prices of one day and region, dollars. */
export type Prices = z.infer<typeof priceList>;

export const PRICE_LIST = join(import.meta.dirname, 'aws-prices-2026-11-21.json');

/** @throws Error when a price is missing or no price. */
export function readPrices(file: string): Prices {
  return priceList.parse(JSON.parse(readFileSync(file, 'utf8')));
}
