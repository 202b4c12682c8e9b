// The chat page: who is signed in, the language, and coming back from the sign-in.

import './elements/chat.js';
import { Service } from './elements/service.js';
import * as words from './elements/words.js';

const byId = (id) => document.getElementById(id);
const chat = byId('chat');
const service = new Service();

function showLanguage() {
  document.documentElement.lang = words.current();
  document.title = words.t('app.name', {}, '虚拟辅导员');
  words.translateAll(document);
}

async function showAccount() {
  const me = await service.me().catch(() => null);
  byId('sign-in').hidden = Boolean(me);
  byId('account').hidden = byId('sign-out').hidden = !me;
  byId('who').textContent = me ? me.name || me.student : '';
  byId('account').title = me?.student ?? '';
  return me;
}

function showConversation() {
  const talking = chat.turns.length > 0;
  byId('new').hidden = !talking;
  // From the header one returns to the same question if it was the one that asked for the sign-in.
  byId('sign-in').href = `/sign-in?next=${encodeURIComponent(chat.awaitsSignIn ? '/?resume=1' : '/')}`;
}

byId('language').addEventListener('click', () => words.toggle().catch(() => {}));

byId('sign-out').addEventListener('click', async () => {
  chat.clear();
  await service.endSession().catch(() => {});
  await showAccount();
  showConversation();
});

byId('new').addEventListener('click', () => byId('ask-new').showModal());
byId('ask-new').addEventListener('close', (event) => {
  if (event.target.returnValue === 'yes') chat.clear();
  event.target.returnValue = '';
  showConversation();
});

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  chat.focus();
});

chat.addEventListener('counsellor-turn', showConversation);
chat.addEventListener('counsellor-replies', showConversation);

// iOS lays its keyboard over the page instead of shrinking it; the composer must stay above it.
const view = window.visualViewport;
view?.addEventListener('resize', () => {
  document.body.style.height = view.height < window.innerHeight - 60 ? `${view.height}px` : '';
});

await words.ready();
words.onLanguage(showLanguage);
await Promise.all([chat.ready, showAccount()]);
showConversation();

const here = new URL(location.href);
if (here.searchParams.has('resume')) {
  here.searchParams.delete('resume');
  // Before sending: a reload must not send it again.
  history.replaceState(null, '', here.pathname + here.search + here.hash);
  await chat.resume();
}
