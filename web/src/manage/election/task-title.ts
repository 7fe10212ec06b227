import { preferredLanguages, textIn } from '../../text.ts';
import { say } from '../say.ts';
import type { ManagedElection } from '../schemas.ts';
import type { Task } from './tasks.ts';

/** What is asked about, and which election. */
export function titleOf(task: Task, { definition }: ManagedElection): string {
  return `${say(`task.${task}`)}: ${textIn(definition.title, preferredLanguages()).title}`;
}
