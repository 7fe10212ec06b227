/** Loaded before a service: its metrics are there, and what it tells them is not kept. */
import { Counter, Gauge, Histogram } from 'prom-client';

const nothing = () => undefined;
const silent: Readonly<Record<string, unknown>> = {
  inc: nothing,
  incWithExemplar: nothing,
  incWithoutExemplar: nothing,
  dec: nothing,
  set: nothing,
  observe: nothing,
  observeWithExemplar: nothing,
  observeWithoutExemplar: nothing,
};
for (const { prototype } of [Counter, Gauge, Histogram])
  for (const [name, method] of Object.entries(silent))
    if (name in prototype) Object.defineProperty(prototype, name, { value: method });
