import { messages } from '../src/manage/catalogs/en.ts';
import { speech } from '../src/language/say.ts';
import './speak-english.ts';

speech.load('en', messages);
