import './api/zod-without-eval.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { registerServiceWorker } from './offline/register.ts';
import { reportErrors } from './shell/report-errors.ts';
import { applyPreferences } from './shell/preferences.ts';

const place = document.getElementById('page');
if (place === null) throw new Error('index.html has no #page');
await applyPreferences();
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
registerServiceWorker();
reportErrors();
