import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from '@jest/globals';
import { settings as aggregator } from '@suffrage/aggregator/config';
import { settings as ingestion } from '@suffrage/ingestion/config';
import { settings as processor } from '@suffrage/processor/config';
import { settings as registrar } from '@suffrage/registrar/config';
import { loadConfig } from '@suffrage/runtime/config';
import { webSettings as web } from '@suffrage/web/server/config.ts';
import type { z } from 'zod';

const ROOT = join(import.meta.dirname, '../../..');
const NEEDED = {
  ingestion: ['SUFFRAGE_KAFKA_BROKERS', 'SUFFRAGE_RECEIPT_KEY_FILE'],
  processor: ['SUFFRAGE_KAFKA_BROKERS', 'SUFFRAGE_VOTES_DATABASES_FILE', 'SUFFRAGE_REDIS_URL_FILE'],
  aggregator: ['SUFFRAGE_KAFKA_BROKERS', 'SUFFRAGE_VOTES_DATABASES_FILE', 'SUFFRAGE_REDIS_URL_FILE'],
  registrar: [
    'SUFFRAGE_KAFKA_BROKERS',
    'SUFFRAGE_REGISTRAR_DATABASE_FILE',
    'SUFFRAGE_MANAGER_TOKENS_FILE',
    'SUFFRAGE_CODE_KEY_FILE',
    'SUFFRAGE_RECEIPT_PUBLIC_KEYS_FILE',
  ],
  web: ['SUFFRAGE_INGESTION_URL', 'SUFFRAGE_RESULTS_URL', 'SUFFRAGE_REGISTRAR_URL'],
};

type Settings = Readonly<Record<string, z.ZodType>>;
const SERVICES: readonly (readonly [keyof typeof NEEDED, string, Settings])[] = [
  ['ingestion', 'services/ingestion', ingestion],
  ['processor', 'services/processor', processor],
  ['aggregator', 'services/aggregator', aggregator],
  ['registrar', 'services/registrar', registrar],
  ['web', 'web', web],
];

test.each(SERVICES)(
  'the example environment of %s leaves open just what it can not start without',
  (name, place, settings) => {
    const given = parseEnv(readFileSync(join(ROOT, place, '.env.example'), 'utf8'));
    expect(Object.keys(given).toSorted()).toEqual(NEEDED[name].toSorted());
    const complaint = () => {
      try {
        return loadConfig(settings, given) && [];
      } catch (error) {
        return [...String(error).matchAll(/^ {2}(SUFFRAGE_\w+)/gm)].map(([, setting]) => setting);
      }
    };
    expect([...new Set(complaint())].toSorted()).toEqual(NEEDED[name].toSorted());
  },
);

test.each(SERVICES)(
  'the example environment of %s names every setting, and what it says is the default',
  (_, place, settings) => {
    const text = readFileSync(join(ROOT, place, '.env.example'), 'utf8');
    const all = parseEnv(text.replaceAll(/^# (?=SUFFRAGE_\w+=)/gm, ''));
    expect(Object.keys(all).toSorted()).toEqual(
      Object.keys(settings)
        .filter(setting => setting !== 'SUFFRAGE_CRASH_POINT')
        .toSorted(),
    );
    const read = (setting: string, given?: string) => settings[setting]?.safeParse(given).data;
    for (const [setting, given] of Object.entries(all))
      if (given !== '') expect([setting, read(setting, given)]).toEqual([setting, read(setting)]);
  },
);
