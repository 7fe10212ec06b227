import { type Dashboard, lines, query, RATE, rateBy } from './panel.ts';
import { cpuByService, eventLoop, votesPerSecond } from './signals.ts';

const VOTES = `sum(rate(suffrage_processor_records_total${RATE}))`;

export const capacityAndCost: Dashboard = {
  uid: 'suffrage-capacity-and-cost',
  title: 'Capacity and cost',
  description: 'What a vote costs, and how much room there is.',
  rows: [
    {
      title: 'A vote',
      panels: [
        votesPerSecond,
        lines({
          title: 'CPU per vote',
          description:
            'Microseconds of CPU that each service spends for a vote, everything it does included: so it is high while few votes come. make bench measures it against floors, make cost turns it into money.',
          unit: 'µs',
          queries: [
            query(
              '{{service}}',
              `1e6 * sum by (service) (rate(process_cpu_seconds_total${RATE})) / scalar(${VOTES} > 0)`,
            ),
          ],
        }),
        lines({
          title: 'CPU for a million votes',
          description:
            'Core hours of all services at the present rate. Times the price of a core hour it is what a million votes cost in computing.',
          unit: 'short',
          queries: [
            query('core hours', `1e6 * sum(rate(process_cpu_seconds_total${RATE})) / (${VOTES} > 0) / 3600`),
          ],
        }),
      ],
    },
    {
      title: 'Room',
      panels: [
        cpuByService,
        lines({
          title: 'Busiest process of a service',
          description:
            'Cores of one process. Its own work runs on one: near 1 it is at its limit, add processes.',
          unit: 'cores',
          badFrom: 0.9,
          queries: [
            query(
              '{{service}}',
              `max by (service) (sum by (service, instance) (rate(process_cpu_seconds_total${RATE})))`,
            ),
          ],
        }),
        eventLoop,
        lines({
          title: 'Memory',
          description: 'Resident memory of the largest process of a service.',
          unit: 'bytes',
          queries: [query('{{service}}', 'max by (service) (process_resident_memory_bytes)')],
        }),
        lines({
          title: 'Garbage collection',
          description: 'Share of the time that a service spends on it.',
          unit: 'percentunit',
          queries: [rateBy('service', 'nodejs_gc_duration_seconds_sum')],
        }),
        lines({
          title: 'File descriptors',
          description: 'Open in the process of a service that has most: connections are among them.',
          unit: 'short',
          queries: [query('{{service}}', 'max by (service) (process_open_fds)')],
        }),
      ],
    },
  ],
};
