import { createVoter, indexedDbStore, type Progress, type Voter } from '@suffrage/client/browser';

const store = indexedDbStore();

/** The voter of this device. All that is kept is in one store, so that each view and each tab knows of it. */
export function deviceVoter(onProgress?: (progress: Progress) => void): Voter {
  return createVoter({
    registrarUrl: '/api/registrar',
    ingestionUrl: '/api/ingestion',
    resultsUrl: '/api/results',
    store,
    ...(onProgress ? { onProgress } : {}),
  });
}
