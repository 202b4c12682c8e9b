// The touch screen in a lobby. Everybody who walks up must find it as if nobody had been there before.

import '/static/web/elements/chat.js';
import { h, icon } from '/static/web/elements/dom.js';
import { Service } from '/static/web/elements/service.js';
import { safetyLine } from '/static/web/elements/transcript.js';
import * as words from '/static/web/elements/words.js';
import { Idle } from './idle.js';
import { openPage } from './reader.js';

const MOST_USED = 8;

const byId = (id) => document.getElementById(id);
const chat = byId('chat');
const service = new Service();
const reader = byId('reader');
const still = byId('still');
let ending = false;

/** Ends the session at the server, then leaves the document: no script state survives a navigation. */
async function wipe() {
  if (ending) return;
  ending = true;
  document.body.inert = true;
  await service.endSession().catch(() => {});
  location.replace('/kiosk');
}

function showHome(home) {
  byId('home').hidden = byId('home-safety').hidden = byId('type').hidden = !home;
  chat.hidden = byId('to-home').hidden = home;
  if (home) byId('home').scrollTop = 0;
}

function begin(action) {
  showHome(false);
  action();
}

function showServices(services) {
  const offered = services.filter(({ online }) => online);
  const grid = byId('services');
  let all = false;
  const draw = () => {
    grid.replaceChildren(...(all ? offered : offered.slice(0, MOST_USED)).map((one) => {
      const label = words.serviceName(one.task, one.title);
      return h('button', { type: 'button', class: 'tile', onclick: () => begin(() => chat.press(one.payload, label)) },
        h('span', { class: 'tile-icon' }, icon(one.task)),
        h('span', {}, h('span', { class: 'tile-title' }, label), one.example ? h('span', { class: 'tile-example', lang: 'zh-CN' }, one.example) : null));
    }));
    byId('more').hidden = offered.length <= MOST_USED;
    byId('more').dataset.word = all ? 'kiosk.fewer' : 'kiosk.more';
    words.translate(byId('more'));
  };
  byId('more').addEventListener('click', () => {
    all = !all;
    draw();
  });
  words.onLanguage(draw);
}

async function loadOffer() {
  for (let wait = 2000; ; wait = Math.min(wait * 2, 60_000)) {
    try {
      const { services, questions } = await service.offer();
      showServices(services);
      byId('questions-title').hidden = !questions.length;
      byId('questions').append(...questions.slice(0, 6).map((question) =>
        h('button', { type: 'button', class: 'question', onclick: () => begin(() => chat.say(question)) }, question)));
      return;
    } catch {
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

async function showAccount() {
  const me = await service.me().catch(() => null);
  // 张三 reads 张*: people queue behind whoever stands here.
  byId('who').textContent = me ? (me.name ? Array.from(me.name)[0] + '*' : `${me.student.slice(0, 4)}****`) : '';
}

chat.addEventListener('counsellor-open', (event) => {
  event.preventDefault();
  openPage(reader, byId('reader-page'), event.detail, async () => {
    reader.close();
    await showAccount();
    await chat.resume();
  });
});
reader.addEventListener('close', () => byId('reader-page').replaceChildren());
byId('reader-close').addEventListener('click', () => reader.close());

const idle = new Idle({
  patience: () => (chat.expecting || reader.open ? 120 : 60),
  // The attract screen needs no wiping; a kiosk that reloads all night wears out its log, not its privacy.
  untouched: () => !chat.turns.length && !byId('who').textContent && chat.hidden,
  warn: (seconds) => {
    byId('still-text').textContent = words.t('kiosk.countdown', { n: seconds });
    // The numbers a crisis reply gave stay in sight while the dialog covers it.
    byId('still-safety').hidden = !chat.turns.some((turn) => turn.replies.some(({ kind }) => kind === 'crisis'));
    if (!still.open) still.showModal();
  },
  calm: () => still.close(),
  expired: wipe,
});
chat.addEventListener('counsellor-turn', () => idle.touched());
chat.addEventListener('counsellor-replies', () => idle.touched());
still.addEventListener('cancel', (event) => event.preventDefault());

byId('end').addEventListener('click', wipe);
byId('still-end').addEventListener('click', wipe);
byId('to-home').addEventListener('click', () => showHome(true));
byId('type').addEventListener('click', () => begin(() => chat.focus()));
byId('language').addEventListener('click', () => words.toggle().catch(() => {}));
document.addEventListener('contextmenu', (event) => event.preventDefault());
document.addEventListener('dragstart', (event) => event.preventDefault());

byId('home-safety').append(h('span', { 'data-word': 'safety.automated' }), ' · ', safetyLine(true));
byId('still-safety').append(safetyLine(true));
await words.ready();
words.onLanguage(() => {
  document.documentElement.lang = words.current();
  words.translateAll(document);
});
loadOffer();
showAccount();
