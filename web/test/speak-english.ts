import { compileMessage } from '@lingui/message-utils/compileMessage';
import { messages } from '../src/language/catalogs/en.ts';
import { messages as watchMessages } from '../src/watch/catalogs/en.ts';
import { speech } from '../src/language/say.ts';

// The page's build compiles catalogues; tests read the sources.
speech.setMessagesCompiler(compileMessage);
speech.loadAndActivate({ locale: 'en', messages: { ...messages, ...watchMessages } });
