import { type Dashboard, lines, quantiles, query, rateOrNone } from './panel.ts';
import { countedTime } from './signals.ts';

export const liveResults: Dashboard = {
  uid: 'suffrage-live-results',
  title: 'Live results',
  description: 'From the database to everybody who watches.',
  rows: [
    {
      title: 'Snapshots',
      panels: [
        lines({
          title: 'Age of the newest snapshot',
          description: 'By replica. Above 30 s SnapshotStale fires.',
          unit: 's',
          badFrom: 30,
          queries: [query('{{instance}}', 'suffrage_results_snapshot_age_seconds')],
        }),
        countedTime,
        lines({
          title: 'Snapshots published',
          description: 'By the elected replica: at least one each 5 s for an election that is open.',
          unit: 'reqps',
          queries: [rateOrNone('published', 'suffrage_results_published_total')],
        }),
        lines({
          title: 'Time of a round',
          description: 'To read the tallies of all shards, sum and publish them.',
          unit: 's',
          queries: quantiles('suffrage_results_round_seconds', 0.5, 0.99),
        }),
        lines({
          title: 'Rounds that failed',
          description: 'A database did not answer; the newest snapshots stayed.',
          unit: 'reqps',
          queries: [rateOrNone('failed', 'suffrage_results_round_failures_total')],
        }),
        lines({
          title: 'Elected replicas',
          description:
            'One reads for all. 0: nobody does, and every replica reads for itself when it notices.',
          unit: 'short',
          queries: [query('elected', 'sum(suffrage_results_elected)')],
        }),
      ],
    },
    {
      title: 'Subscribers',
      panels: [
        lines({
          title: 'Open streams and sockets',
          description: 'By transport. Each replica takes 10,000.',
          unit: 'short',
          queries: [query('{{transport}}', 'sum by (transport) (suffrage_results_subscribers)')],
        }),
        lines({
          title: 'Subscribers refused',
          description: 'The limit of a replica was reached: add aggregators.',
          unit: 'reqps',
          queries: [rateOrNone('refused', 'suffrage_results_subscribers_refused_total')],
        }),
        lines({
          title: 'Behind, replica of the database',
          description: 'Of the slowest one that live views read; 0 when the primaries are read.',
          unit: 's',
          queries: [query('{{instance}}', 'suffrage_results_replica_lag_seconds')],
        }),
        lines({
          title: 'Connections',
          description: 'Open HTTP connections by service.',
          unit: 'short',
          queries: [query('{{service}}', 'sum by (service) (suffrage_http_connections)')],
        }),
      ],
    },
  ],
};
