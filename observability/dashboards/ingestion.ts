import { type Dashboard, lines, quantileBy, quantiles, query, RATE, rateBy, rateOrNone } from './panel.ts';
import { acknowledgeTime, answers, eventLoop, inFlight } from './signals.ts';

export const ingestion: Dashboard = {
  uid: 'suffrage-ingestion',
  title: 'Ingestion',
  description: 'Requests, receipts, and the way onto the log.',
  rows: [
    {
      title: 'Votes',
      panels: [
        answers,
        lines({
          title: 'Answers by transport',
          description: 'REST and gRPC.',
          unit: 'reqps',
          queries: [rateBy('transport', 'suffrage_ingestion_votes_total')],
        }),
        acknowledgeTime,
        inFlight,
      ],
    },
    {
      title: 'Requests',
      panels: [
        lines({
          title: 'Requests by route and status',
          description: 'Of the REST interface, health checks included.',
          unit: 'reqps',
          queries: [
            query(
              '{{route}} {{status}}',
              `sum by (route, status) (rate(suffrage_http_request_seconds_count{service="ingestion"}${RATE}))`,
            ),
          ],
        }),
        lines({
          title: 'Request time by route (p99)',
          description: 'From the request to the end of its answer. Exemplars lead to traces.',
          unit: 's',
          queries: [quantileBy(0.99, 'route', 'suffrage_http_request_seconds', 'ingestion')],
        }),
        lines({
          title: 'gRPC calls by method and status',
          description: 'A call of CastVotes has many votes, a stream counts when it ends.',
          unit: 'reqps',
          queries: [
            query(
              '{{method}} {{status}}',
              `sum by (method, status) (rate(suffrage_grpc_call_seconds_count{service="ingestion"}${RATE}))`,
            ),
          ],
        }),
        lines({
          title: 'gRPC call time by method (p99)',
          description:
            'From the call to its end. How long a stream is open is up to its client. Exemplars lead to traces.',
          unit: 's',
          queries: [quantileBy(0.99, 'method', 'suffrage_grpc_call_seconds', 'ingestion')],
        }),
      ],
    },
    {
      title: 'Batches',
      panels: [
        lines({
          title: 'Batches by result',
          description:
            'Hedged: not confirmed within 0.2 s, so appended once more to another broker; some are normal after a broker failed. Failed: not confirmed at all, their votes were answered outcome-unknown.',
          unit: 'reqps',
          queries: [rateBy('result', 'suffrage_ingestion_batches_total')],
        }),
        lines({
          title: 'Time of a batch',
          description: 'From handing it to the log until its confirmation, or until it was given up.',
          unit: 's',
          queries: quantiles('suffrage_ingestion_append_seconds', 0.5, 0.99),
        }),
        lines({
          title: 'Votes per batch',
          description: 'Grows with the rate: that is what keeps the cost of a vote low.',
          unit: 'short',
          queries: quantiles('suffrage_ingestion_batch_votes', 0.5, 0.99),
        }),
        lines({
          title: 'Sends that failed, by reason',
          description: 'Which the client of the log gave up after its own retries.',
          unit: 'reqps',
          queries: [
            rateOrNone('all', 'suffrage_ingestion_append_errors_total'),
            rateOrNone(
              'not enough replicas',
              'suffrage_ingestion_append_errors_total{reason="not-enough-replicas"}',
            ),
          ],
        }),
      ],
    },
    {
      title: 'Health',
      panels: [
        eventLoop,
        lines({
          title: 'Age of the elections known',
          description: 'Votes are accepted while topic elections was read to its end within the last 10 s.',
          unit: 's',
          badFrom: 10,
          queries: [query('{{instance}}', 'suffrage_ingestion_elections_age_seconds')],
        }),
        lines({
          title: 'Local queue',
          description: 'Votes on this disk only, and since when. 0 unless the brokers confirm nothing.',
          unit: 'short',
          badFrom: 1,
          queries: [
            query('votes', 'sum(suffrage_ingestion_local_queue_held_votes)'),
            query('oldest, seconds', 'max(suffrage_ingestion_local_queue_oldest_seconds)'),
          ],
        }),
        lines({
          title: 'Nothing confirmed for',
          description:
            'For how long the worst lane has confirmed nothing although it tried: how long a failover takes.',
          unit: 's',
          badFrom: 2,
          queries: [query('{{instance}}', 'suffrage_ingestion_failing_seconds')],
        }),
      ],
    },
  ],
};
