import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const dollars = z.number().positive();
const machine = z.object({ type: z.string(), vcpu: z.number().positive() });
const priceList = z
  .strictObject({
    asOf: z.iso.date(),
    region: z.string(),
    currency: z.literal('USD'),
    note: z.string(),
    sources: z.record(z.string(), z.url()),
    assumed: z.array(z.string()),
    machinesPerHour: z.record(z.string(), dollars),
    compute: machine,
    nodeDiskPerGigabyteMonth: dollars,
    cluster: z.object({ perHour: dollars }),
    broker: machine.extend({ megabytesPerSecond: z.number().positive() }),
    brokerStoragePerGigabyteMonth: dollars,
    replicatorPerHour: dollars,
    database: machine,
    databaseStoragePerGigabyteMonth: dollars,
    cache: machine,
    loadBalancer: z.object({
      perHour: dollars,
      perLcuHour: dollars,
      lcuGigabytesPerHour: z.number().positive(),
      lcuNewConnectionsPerSecond: z.number().positive(),
    }),
    acceleratorPerHour: dollars,
    natGatewayPerHour: dollars,
    publicAddressPerHour: dollars,
    endpointInOneZonePerHour: dollars,
    keyPerMonth: dollars,
    secretPerMonth: dollars,
    alarmPerMonth: dollars,
    webAclPerMonth: dollars,
    webAclRulePerMonth: dollars,
    perGigabyteBetweenZones: dollars,
    perGigabyteToTheInternet: dollars,
  })
  .transform((list, context) => {
    const priced = <T extends { readonly type: string }>(of: T) => {
      const perHour = list.machinesPerHour[of.type];
      if (perHour === undefined) context.addIssue(`machinesPerHour has no ${of.type}`);
      return { ...of, perHour: perHour ?? Number.NaN };
    };
    const { compute, broker, database, cache } = list;
    return {
      ...list,
      compute: priced(compute),
      broker: priced(broker),
      database: priced(database),
      cache: priced(cache),
    };
  });

/** List prices of one day and region, dollars. */
export type Prices = z.infer<typeof priceList>;

export const PRICE_LIST = join(import.meta.dirname, 'aws-prices-2026-11-21.json');

/** As AWS counts: a price by the month is charged by the hour. */
export const HOURS_PER_MONTH = 730;

/** @throws Error when a price is missing or no price. */
export function readPrices(file: string): Prices {
  return priceList.parse(JSON.parse(readFileSync(file, 'utf8')));
}
