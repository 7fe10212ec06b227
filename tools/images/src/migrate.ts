const VOTES = 'SUFFRAGE_VOTES_DATABASES_FILE';
const REGISTRAR = 'SUFFRAGE_REGISTRAR_DATABASE_FILE';

/** Brings those databases up to date whose file is named. Each part refuses the other's setting, so it does not see it. */
export async function migrate(): Promise<void> {
  const files = { votes: process.env[VOTES], registrar: process.env[REGISTRAR] };
  if (files.votes === undefined && files.registrar === undefined)
    throw new Error(`name the databases: ${VOTES} or ${REGISTRAR}, or both`);
  delete process.env[REGISTRAR];
  if (files.votes !== undefined) await import('@suffrage/processor/migrate');
  delete process.env[VOTES];
  if (files.registrar === undefined) return;
  process.env[REGISTRAR] = files.registrar;
  await import('@suffrage/registrar/migrate');
}
