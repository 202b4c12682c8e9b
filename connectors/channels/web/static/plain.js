// Words of a page that has nothing else to run.

import * as words from './elements/words.js';

await words.ready();
words.onLanguage(() => {
  document.documentElement.lang = words.current();
  words.translateAll(document);
});
