import { lines, number, type Panel, quantiles, query, RATE, rateBy, rateOrNone } from './panel.ts';

/** Panels that more than one dashboard shows. */

const FAULTS = 'not-ready|overloaded|log-unavailable|outcome-unknown|internal|accepted-local';

export const unaccounted: Panel = number({
  title: 'Records without an outcome',
  description:
    'On the log and not accounted for yet, as the aggregators see it from outside the processors. Goes up and down while votes arrive and must come back to 0. VotesUnaccounted fires when it stands still.',
  unit: 'short',
  badFrom: 100_000,
  queries: [query('records', 'max(suffrage_accepted_minus_accounted)')],
});

export const lagSeconds: Panel = number({
  title: 'Behind, worst partition',
  description:
    'For how long the oldest record without an outcome has been on the log. Below 10 s is the objective, 30 s pages (LagTooLong).',
  unit: 's',
  badFrom: 10,
  queries: [query('lag', 'max(suffrage_log_lag_seconds)')],
});

export const lost: Panel = number({
  title: 'Accounted for, and gone from the log',
  description: 'Anything but 0 means that the log has lost records (LogLostRecords).',
  unit: 'short',
  badFrom: 1,
  queries: [query('records', 'max(suffrage_accounted_beyond_log)')],
});

export const votesPerSecond: Panel = lines({
  title: 'Votes per second',
  description:
    'Acknowledged by ingestion, and given an outcome by the processors. The two lines follow each other.',
  unit: 'reqps',
  queries: [
    query('acknowledged', `sum(rate(suffrage_ingestion_votes_total{code="accepted"}${RATE}))`),
    query('accounted for', `sum(rate(suffrage_processor_records_total${RATE}))`),
    rateOrNone('not acknowledged', `suffrage_ingestion_votes_total{code=~"${FAULTS}"}`),
  ],
});

export const acknowledgeTime: Panel = lines({
  title: 'Time to a receipt',
  description:
    'From a readable vote to its receipt. The objective is a p99 of at most 0.1 s. Exemplars lead to traces, which are never made of secret elections.',
  unit: 's',
  badFrom: 0.1,
  queries: quantiles('suffrage_ingestion_acknowledge_seconds', 0.5, 0.95, 0.99),
});

export const countedTime: Panel = lines({
  title: 'Time until a vote is counted and shown',
  description: 'From the append of a vote (p99). The objective is 10 s until it is counted.',
  unit: 's',
  badFrom: 10,
  queries: [
    ...quantiles('suffrage_processor_accepted_to_counted_seconds', 0.99).map(({ expr }) =>
      query('counted', expr),
    ),
    ...quantiles('suffrage_results_accepted_to_published_seconds', 0.99).map(({ expr }) =>
      query('published', expr),
    ),
  ],
});

export const outcomes: Panel = lines({
  title: 'Outcomes',
  description:
    'What became of the records: counted, or not and why. Quarantined pages (VotesQuarantined); duplicates are clients that repeat, which is harmless.',
  unit: 'reqps',
  queries: [rateBy('outcome', 'suffrage_processor_records_total')],
});

export const cpuByService: Panel = lines({
  title: 'CPU by service',
  description: 'Cores in use, summed over the processes of a service.',
  unit: 'cores',
  queries: [rateBy('service', 'process_cpu_seconds_total')],
});

export const eventLoop: Panel = lines({
  title: 'Event loop, worst process of a service',
  description: 'How late a process does what it has to do next (p99). Above 0.5 s EventLoopSlow fires.',
  unit: 's',
  badFrom: 0.5,
  // What the loop is asked every 0.1 s takes at least that long.
  queries: [query('{{service}}', 'clamp_min(max by (service) (nodejs_eventloop_lag_p99_seconds) - 0.1, 0)')],
});

export const inFlight: Panel = lines({
  title: 'Votes under way',
  description:
    'Between arrival and answer, and those that were not looked at yet or wait for their batch. Beyond 10,000 per process votes are refused at once.',
  unit: 'short',
  queries: [
    query('in flight', 'sum(suffrage_ingestion_in_flight_votes)'),
    query('not looked at yet', 'sum(suffrage_ingestion_waiting_votes)'),
    query('waiting for a batch', 'sum(suffrage_ingestion_unbatched_votes)'),
  ],
});

export const answers: Panel = lines({
  title: 'Answers to votes',
  description:
    'By code. Codes that are no fault of the client use up the error budget (AcknowledgementsFailing): not-ready, overloaded, log-unavailable, outcome-unknown, internal, accepted-local.',
  unit: 'reqps',
  queries: [rateBy('code', 'suffrage_ingestion_votes_total')],
});
