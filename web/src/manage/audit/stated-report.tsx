import { useQuery } from '@tanstack/react-query';
import { officialQuery } from '../queries.ts';
import { say } from '../say.ts';

/** Whether this very file is the report that was published with the results of an election. */
export function StatedReport({ electionId, hash }: { electionId: string; hash: string }) {
  const { data: addendum } = useQuery({
    ...officialQuery(electionId, 'audit-addendum'),
    refetchInterval: false,
  });
  if (addendum === undefined) return null;
  if (addendum === null) return <span className="soft">{say('audit.not-stated')}</span>;
  return <span>{say(addendum.report === hash ? 'audit.is-stated' : 'audit.other-stated')}</span>;
}
