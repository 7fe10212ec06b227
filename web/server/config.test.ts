import { expect, test } from '@jest/globals';
import { loadConfig } from '@suffrage/runtime/config';
import { webSettings } from './config.ts';

const environment = {
  SUFFRAGE_METRICS_PORT: '9468',
  SUFFRAGE_INGESTION_URL: 'http://127.0.0.1:8080, http://127.0.0.1:8180/',
  SUFFRAGE_RESULTS_URL: 'https://results.example',
  SUFFRAGE_REGISTRAR_URL: 'http://registrar:8082',
};

test('an upstream is one origin or several', () => {
  const config = loadConfig(webSettings, environment);
  expect(config.SUFFRAGE_INGESTION_URL).toEqual(['http://127.0.0.1:8080', 'http://127.0.0.1:8180']);
  expect(config.SUFFRAGE_RESULTS_URL).toEqual(['https://results.example']);
  expect(config.SUFFRAGE_HTTP_PORT).toBe(8088);
});

test.each(['', 'registrar:8082', 'ftp://registrar', 'http://registrar/api'])('%j is not an upstream', url => {
  expect(() => loadConfig(webSettings, { ...environment, SUFFRAGE_REGISTRAR_URL: url })).toThrow(
    'SUFFRAGE_REGISTRAR_URL',
  );
});
