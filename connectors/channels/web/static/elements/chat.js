// <counsellor-chat>: the whole conversation, shared by the page, the widget and the kiosk.
//
//   base="https://…"    origin of the service; the page's own without it
//   mode="page"         default: keeps the tab's conversation, links open in new tabs
//   mode="embedded"     inside another site: /sign-in opens beside the page it is on
//   mode="kiosk"        keeps nothing, never leads away: whoever listens to counsellor-open shows the document
//
// Events (composed): counsellor-turn (something was said), counsellor-replies {replies}, counsellor-open {url, purpose}
// (cancel it to open the link yourself).

import { composer } from './composer.js';
import { h, icon, uuid } from './dom.js';
import { Memory, tabStorage } from './memory.js';
import { questionChips, servicesGrid } from './offer.js';
import { refusal } from './photos.js';
import { spoken } from './replies.js';
import { Refused, Service } from './service.js';
import { safetyLine, Transcript } from './transcript.js';
import * as words from './words.js';

const OFFER_RETRY_MS = [2000, 5000, 15_000, 60_000];
// What became of a case is told while the page lies open, too.
const NEWS_EVERY_MS = 60_000;
// A disclosure does not stay readable on a public screen.
const CONCEAL_MS = 30_000;

export class CounsellorChat extends HTMLElement {
  #building;
  #memory;
  #service;
  #transcript;
  #composer;
  #scroll;
  #status;
  #sheet;
  #jump;
  #awaitsSignIn = false;
  // The files themselves: they outlive no reload, and nothing stores them.
  #files = new WeakMap();
  #asking = false;
  #shown = [];

  connectedCallback() {
    this.#building ??= this.#build();
  }

  /** Resolves when the element can be used. */
  get ready() {
    return this.#building;
  }

  get mode() {
    return this.getAttribute('mode') ?? 'page';
  }

  get turns() {
    return this.#memory.turns;
  }

  /** Whether the counsellor waits for something from the student: an open question, a card to confirm, a sign-in. */
  get expecting() {
    const last = this.#memory.turns.findLast((turn) => turn.replies.length)?.replies.at(-1);
    if (!last) return false;
    if (['choices', 'confirm'].includes(last.kind) || last.choices?.length || this.#signInOffered(last)) return true;
    // A form's free question ("在哪里？例如：3号楼502") is plain text on the wire.
    return last.kind === 'text' && /[？?]|请/.test(last.text ?? '');
  }

  /** Whether the last thing said was that signing in is needed. */
  get awaitsSignIn() {
    const last = this.#memory.turns.at(-1);
    return Boolean(last?.replies.some((reply) => this.#signInOffered(reply)));
  }

  #signInOffered(reply) {
    return reply.kind === 'link' && /^(https?:\/\/[^/]+)?\/sign-in(\?|$)/.test(reply.url ?? '');
  }

  async #build() {
    const kiosk = this.mode === 'kiosk';
    const base = this.getAttribute('base') ?? '';
    const root = this.attachShadow({ mode: 'open' });
    this.#service = new Service(base);
    this.#memory = new Memory(kiosk ? null : tabStorage());
    const styled = stylesheet(root, 'chat.css');
    await words.ready();

    this.#transcript = new Transcript({
      base,
      kiosk,
      embedded: this.mode === 'embedded',
      choose: (turn, payload, label) => this.#choose(turn, payload, label),
      open: (url, purpose, event) => this.#open(url, purpose, event),
      retry: (turn) => this.#deliver(turn),
      waiting: () => this.#announce(words.t('patience')),
    });
    this.#composer = composer((text, photos) => this.say(text, photos),
      kiosk ? {} : { showServices: () => this.#showSheet(true), photos: true });
    this.#status = h('div', { class: 'sr', role: 'status', 'aria-live': 'polite' });
    this.#scroll = h('div', { class: 'scroll', onscroll: () => this.#showJump() });
    this.#jump = h('button', { type: 'button', class: 'round jump', hidden: true, 'data-word-label': 'jump', onclick: () => this.#toEnd() }, icon('down'));

    const welcome = h('section', { class: 'welcome' },
      h('h2', { 'data-word': 'welcome.title' }), h('p', { class: 'lead', 'data-word': 'welcome.lead' }),
      h('div', { class: 'offer', hidden: true }));
    const aside = h('aside', { class: 'aside', 'data-word-label': 'services.title' });
    this.#sheet = h('div', { class: 'sheet', hidden: true, role: 'dialog', 'data-word-label': 'services.title', tabindex: '-1',
      onkeydown: (event) => { if (event.key === 'Escape') { event.stopPropagation(); this.#showSheet(false); } },
      onclick: (event) => { if (event.target === this.#sheet) this.#showSheet(false); } });
    this.#scroll.append(h('div', { class: 'column' }, welcome, this.#transcript.element));
    const main = h('div', { class: 'main' }, this.#scroll,
      h('div', { class: 'bottom' }, this.#jump, this.#composer.element,
        h('div', { class: 'small-print' }, h('span', { 'data-word': 'safety.automated' }), h('span', { class: 'dot', 'aria-hidden': 'true' }, ' · '), safetyLine(kiosk))));
    const shell = h('div', { class: 'shell' }, aside, main, this.#sheet, this.#status);

    for (const turn of this.#memory.turns) this.#transcript.show(turn);
    await styled;
    root.append(shell);
    words.onLanguage(() => words.translateAll(root));
    if (this.#memory.turns.length) this.#toEnd('instant');
    document.addEventListener('visibilitychange', () => { this.#backFromSignIn(); this.#news(); });
    if (!kiosk) {
      this.#whatWasMissed().then(() => this.#news());
      setInterval(() => this.#news(), NEWS_EVERY_MS);
    }
    if (!kiosk) this.#loadOffer(welcome.querySelector('.offer'), aside);
  }

  async #loadOffer(place, aside) {
    for (const wait of [0, ...OFFER_RETRY_MS]) {
      await new Promise((done) => setTimeout(done, wait));
      try {
        const { services, questions } = await this.#service.offer();
        services.sort((a, b) => Number(b.online) - Number(a.online));
        const grid = () => servicesGrid(services, (service, label) => {
          this.#showSheet(false);
          this.press(service.payload, label);
        });
        const heading = (word) => h('h3', { 'data-word': word });
        if (services.length) {
          place.append(h('div', { class: 'offer-services' }, heading('services.title'), grid()));
          aside.append(h('h2', { 'data-word': 'services.title' }), grid());
          this.#sheet.append(h('div', { class: 'sheet-box' },
            h('div', { class: 'sheet-head' }, h('h2', { 'data-word': 'services.title' }),
              h('button', { type: 'button', class: 'round', 'data-word-label': 'close', onclick: () => this.#showSheet(false) }, icon('close'))),
            grid()));
        }
        if (questions.length) place.append(heading('questions.title'), questionChips(questions, (question) => this.say(question)));
        place.hidden = false;
        if (this.#memory.turns.length) this.#toEnd('instant');
        return;
      } catch { /* the counsellor can be asked without the list; try again later */ }
    }
  }

  #showSheet(open) {
    if (open && !this.#sheet.firstChild) return;
    this.#sheet.hidden = !open;
    this.shadowRoot.querySelector('.main').inert = open;
    if (open) this.#sheet.querySelector('button').focus();
    else this.#composer.focus();
  }

  /** Sends words, photos, or both; `photos` come from the composer. */
  say(text, photos = []) {
    return this.#turn(text ? { text } : {}, text, photos);
  }

  /** Sends a button's payload; `label` is what the student sees as said. */
  press(payload, label) {
    return this.#turn({ payload }, label);
  }

  /** Goes on where the sign-in stopped; does nothing when there is nothing to go on with. */
  async resume() {
    await this.ready;
    if (this.#memory.turns.length) await this.press('resume', words.t('resume'));
  }

  /** Shows replies that nobody asked for just now, such as a person's answer after a handoff. */
  receive(replies) {
    const turn = { id: uuid(), said: '', state: 'done', replies: [] };
    this.#memory.turns.push(turn);
    this.#transcript.show(turn);
    this.#arrived(turn, replies);
  }

  /** Answers that came while the page was gone: put below their own words. */
  async #whatWasMissed() {
    if (!this.#memory.turns.length) return;
    let late = [];
    try {
      late = await this.#service.late(this.#memory.conversation);
    } catch { /* nothing is kept for this conversation, or it is asked again on the next visit */ }
    for (const { message_id: id, state, replies } of late) {
      const turn = this.#memory.turns.find((one) => one.id === id);
      if (state === 'waiting' || turn?.state === 'done') continue;
      if (!turn) {
        this.receive(replies);
        continue;
      }
      Object.assign(turn, { state: 'done', trouble: undefined, troubleText: undefined });
      this.#arrived(turn, replies);
    }
  }

  /** What became of the student's cases since. Not on a public screen. */
  async #news() {
    // In a closed widget nobody sees them, and what was not seen must not count as told.
    if (document.hidden || this.#asking || this.mode === 'kiosk' || !this.checkVisibility()) return;
    this.#asking = true;
    const { conversation } = this.#memory;
    try {
      const notices = (await this.#service.notices(this.#shown)).filter(({ id }) => !this.#shown.includes(id));
      // Cleared or signed out meanwhile: they are for nobody here.
      if (this.#memory.conversation !== conversation) return;
      this.#shown = notices.map(({ id }) => id);
      // Below the welcome nobody would look for them.
      const unread = this.#memory.turns.length === 0 || this.#nearEnd();
      for (const { replies } of notices) this.receive(replies);
      if (notices.length && unread) this.#toEnd('instant');
      if (notices.length) await this.#service.notices(this.#shown);
    } catch { /* told next time */ } finally {
      this.#asking = false;
    }
  }

  clear() {
    this.#memory.forget();
    this.#shown = [];
    this.#transcript.clear();
    this.#composer.clear();
    this.#status.textContent = '';
    this.#scroll.scrollTop = 0;
  }

  focus() {
    this.#composer?.focus();
  }

  #choose(turn, payload, label) {
    turn.chosen = payload;
    // The pressed button is about to be disabled; without this the focus falls out of the conversation.
    this.#transcript.element.focus({ preventScroll: true });
    this.press(payload, label);
  }

  async #turn(body, said, photos = []) {
    const turn = { id: uuid(), body, said, state: 'sending', replies: [] };
    if (photos.length) turn.photos = photos.map((photo) => this.#noted(photo));
    for (const earlier of this.#memory.turns) {
      if (earlier.closed || earlier.state === 'sending') continue;
      earlier.closed = true;
      this.#transcript.update(earlier);
    }
    this.#memory.turns.push(turn);
    this.#transcript.show(turn);
    // At once: an answer that comes while the page still glides would be taken for one the student scrolled away from.
    this.#toEnd('instant');
    this.#tell('counsellor-turn', {});
    await this.#deliver(turn);
  }

  #noted(photo) {
    const kept = { name: photo.name, thumb: photo.thumb };
    this.#files.set(kept, photo);
    return kept;
  }

  /** Brings up what has not arrived yet, one after the other, and names it in the message. */
  async #upload(turn) {
    for (const [place, kept] of turn.photos.entries()) {
      if (kept.id) continue;
      const photo = this.#files.get(kept);
      if (!photo) throw new Refused(0, 'gone', '');
      await photo.ready;
      kept.thumb = photo.thumb;
      kept.id = await this.#service.upload(photo.file, (share) => this.#transcript.progress(turn, place, share));
      this.#transcript.update(turn);
      this.#memory.keep();
    }
    turn.body.attachments = turn.photos.map(({ id }) => id);
  }

  async #deliver(turn, renewed = false) {
    turn.state = 'sending';
    this.#transcript.update(turn);
    this.#memory.keep();
    try {
      if (turn.photos) await this.#upload(turn);
      // Cleared while a photo was on its way: then it is for nobody.
      if (!this.#memory.turns.includes(turn)) return;
      const replies = await this.#service.chat({
        conversation: this.#memory.conversation, message_id: turn.id, ...turn.body,
        ...(this.mode === 'kiosk' ? { channel: 'kiosk' } : {}),
      });
      turn.state = 'done';
      this.#arrived(turn, replies);
    } catch (error) {
      if (error instanceof Refused && error.status === 404 && !renewed && !arriving(turn)) {
        // The id belongs to another session (signed out elsewhere, expired): start over without a fuss.
        this.#memory.renew();
        return this.#deliver(turn, true);
      }
      this.#failed(turn, error);
    }
  }

  #failed(turn, error) {
    if (!this.#memory.turns.includes(turn)) return;
    turn.state = 'failed';
    turn.trouble = 'trouble.network';
    if (error instanceof Refused) {
      turn.trouble = error.status === 429 ? 'trouble.busy' : error.status >= 500 || !error.message ? 'trouble.server' : 'trouble.said';
      turn.troubleText = error.message;
      if (arriving(turn)) this.#notTaken(turn, error);
    }
    this.#memory.keep();
    this.#transcript.update(turn);
    this.#announce(words.t(turn.trouble, { message: turn.troubleText }));
    this.#toEnd();
  }

  /** A photo was refused; its words go back to where they were typed when only another photo will do. */
  #notTaken(turn, error) {
    const { word, final } = refusal(error);
    Object.assign(turn, { trouble: word, final });
    if (final) this.#composer.giveBack(turn.said);
  }

  #arrived(turn, replies) {
    // Cleared or signed out meanwhile: the answer is for nobody now.
    if (!this.#memory.turns.includes(turn)) return;
    // Nobody may be left in front of a silent page.
    turn.replies.push(...(replies.length ? replies : [{ kind: 'text', text: words.t('empty') }]));
    const late = this.#memory.turns.at(-1) !== turn;
    const follows = this.#nearEnd();
    const first = this.#transcript.update(turn);
    this.#memory.keep();
    this.#announce(replies.map(spoken).join('。'));
    if (replies.some(({ kind }) => kind === 'crisis')) {
      this.#toTop(first);
      if (this.mode === 'kiosk') setTimeout(() => this.#transcript.conceal(turn), CONCEAL_MS);
    } else if (follows && !late) this.#toReply(first);
    this.#showJump();
    this.#tell('counsellor-replies', { replies });
  }

  #open(url, purpose, event) {
    const wanted = this.#tell('counsellor-open', { url, purpose });
    if (!wanted) event.preventDefault();
    else if (purpose === 'sign-in' && this.mode === 'embedded') {
      this.#awaitsSignIn = true;
      const there = new URL(url);
      if (!there.searchParams.has('next')) there.searchParams.set('next', '/static/web/signed-in.html');
      event.currentTarget.href = there.href;
    }
  }

  // Inside another site the sign-in happens in a tab of its own; coming back is the only sign of it.
  async #backFromSignIn() {
    if (document.hidden || !this.#awaitsSignIn) return;
    if (await this.#service.me().catch(() => null)) {
      this.#awaitsSignIn = false;
      await this.resume();
    }
  }

  #announce(text) {
    this.#status.textContent = text;
  }

  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < 240;
  }

  #showJump() {
    this.#jump.hidden = this.#nearEnd() || !this.#memory.turns.length;
  }

  #toEnd(behavior) {
    this.#scroll.scrollTo({ top: this.#scroll.scrollHeight, behavior });
  }

  // A long answer is read from its beginning, its question above it.
  #toReply(first) {
    const turn = first?.closest('.turn');
    if (turn && turn.offsetHeight > this.#scroll.clientHeight - 24) this.#toTop(first);
    else this.#toEnd();
  }

  // Not scrollIntoView: inside a widget that would scroll the site around it as well.
  #toTop(reply) {
    const turn = reply?.closest('.turn');
    if (!turn) return;
    const question = turn.querySelector('.mine');
    const shown = question && question.offsetHeight < this.#scroll.clientHeight / 4 ? turn : reply;
    const top = this.#scroll.scrollTop + shown.getBoundingClientRect().top - this.#scroll.getBoundingClientRect().top;
    this.#scroll.scrollTo({ top });
  }
}

/** Whether a photo of the turn has still to arrive. */
function arriving(turn) {
  return Boolean(turn.photos?.some(({ id }) => !id));
}

/** Adds a stylesheet; resolves when it is in, so that nothing is seen unstyled. */
export function stylesheet(root, name) {
  return new Promise((done) => {
    root.append(h('link', { rel: 'stylesheet', href: new URL(name, import.meta.url).href, onload: done, onerror: done }));
  });
}

if (!customElements.get('counsellor-chat')) customElements.define('counsellor-chat', CounsellorChat);
