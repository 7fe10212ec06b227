import { say } from '../language/say.ts';
import { addresses } from '../route.ts';
import { Message } from './message.tsx';
import { Link } from './shell.tsx';

type Props = {
  status: 'loading' | 'unreachable' | 'unknown';
  /** What is said while it loads. */
  loading?: string;
};

/** In the place of an election that is not there, or not yet. */
export function NoElection({ status, loading = say('election.loading') }: Props) {
  switch (status) {
    case 'loading':
      return <Message title={loading} />;
    case 'unreachable':
      return <Message title={say('election.unreachable')}>{say('registrar.away')}</Message>;
    case 'unknown':
      return (
        <Message title={say('election.unknown')}>
          {say('election.unknown-why')} <Link to={addresses.elections}>{say('election.all')}</Link>
        </Message>
      );
  }
}
