import type { Say } from './commands.ts';
import { openParts } from './parts.ts';
import { managerToken } from './secrets.ts';

const REQUEST_MILLIS = 600_000;

/**
 * Has the registrar of the local stack destroy what an election keeps of its voters. Returns the exit status.
 * @throws Error when the registrar does not answer.
 */
export async function erase(dataDirectory: string, electionId: string, say: Say): Promise<number> {
  if (electionId === '') throw new Error('say which election: make erase ELECTION=id');
  const registrar = openParts(dataDirectory).find(({ name }) => name === 'registrar-1');
  if (!registrar?.isRunning()) {
    say('The registrar of the stack is not running: make up starts it.');
    return 1;
  }
  say(`erasing what ${electionId} keeps of its voters …`);
  const response = await fetch(
    `http://127.0.0.1:${registrar.port}/v1/elections/${encodeURIComponent(electionId)}/erase`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${managerToken(dataDirectory)}` },
      signal: AbortSignal.timeout(REQUEST_MILLIS),
    },
  );
  const text = await response.text();
  say(
    response.ok
      ? `Erased: keys, roll, codes and who has received a token. Backups of the registrar's database still hold them, and have to go as well.`
      : `Refused: ${text}`,
  );
  return response.ok ? 0 : 1;
}
