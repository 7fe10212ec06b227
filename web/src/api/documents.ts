import { QueryClient } from '@tanstack/react-query';

/** What was asked of the services. Nothing is kept when the page is left, and nothing of a vote is asked through it. */
export const documents = new QueryClient({
  defaultOptions: {
    queries: {
      // Asked even where the browser believes that there is no network: the answer tells, and the page says it in words.
      networkMode: 'always',
      retry: false,
      refetchIntervalInBackground: true,
    },
  },
});
