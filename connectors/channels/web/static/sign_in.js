// The sign-in form without a page load in between; without this script the same forms post as they are.

import { Refused, Service } from './elements/service.js';
import * as words from './elements/words.js';

/** A path of this site from `next`, or the chat: a link in a message must not send anybody elsewhere after signing in. */
export function safeNext(next) {
  try {
    const url = new URL(next || '/?resume=1', location.origin);
    if (url.origin === location.origin && next?.startsWith('/')) return url.pathname + url.search + url.hash;
  } catch { /* not an address at all */ }
  return '/?resume=1';
}

/** Makes the forms below `root` sign in over the API; `done(next)` runs after success. */
export function enhanceSignIn(root, done) {
  const service = new Service();
  const failed = root.querySelector('.failed');
  root.querySelectorAll('form').forEach((form) => form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { student, next, bind } = Object.fromEntries(new FormData(form));
    if (!student?.trim()) return;
    const buttons = root.querySelectorAll('button');
    buttons.forEach((button) => { button.disabled = true; });
    failed.textContent = '';
    try {
      await service.call('/sign-in', { student: student.trim(), ...(bind ? { bind } : {}) }, 15_000);
      done(safeNext(next));
    } catch (error) {
      buttons.forEach((button) => { button.disabled = false; });
      failed.textContent = error instanceof Refused ? error.message || words.t('sign_in.failed') : words.t('sign_in.offline');
    }
  }));
}

const page = document.querySelector('main.sign-in');
if (page) {
  await words.ready();
  words.onLanguage(() => {
    document.documentElement.lang = words.current();
    words.translateAll(document);
  });
  enhanceSignIn(page, (next) => location.replace(next));
}
