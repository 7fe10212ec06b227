import * as z from 'zod/mini';
import { paths } from '../api/fetch.ts';
import { useDocument } from '../hooks.ts';
import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { Link } from '../views/shell.tsx';

const REFRESH_MILLIS = 30_000;

const revoteSchema = z.object({
  definition: z.object({ revote: z.enum(['none', 'last']) }),
  phase: z.string(),
});

/** Where the election's rules let a later vote replace this one, and it is still open. */
export function VoteAgain({ id }: { id: string }) {
  const loaded = useDocument(paths.election(id), revoteSchema, REFRESH_MILLIS);
  if (loaded.status !== 'ready') return null;
  const { definition, phase } = loaded.value;
  if (definition.revote !== 'last' || phase !== 'open') return null;
  return (
    <Link to={`${addresses.vote(id)}?again`} className="button">
      {say('problem.vote-again')}
    </Link>
  );
}
