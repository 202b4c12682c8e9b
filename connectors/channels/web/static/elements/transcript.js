// The turns on the screen. Each keeps its replies under its own question, so answers that overtake each other (a
// question asked while a service is still starting) land where they belong.

import { h, icon } from './dom.js';
import { picture } from './photos.js';
import { closeChoices, masked, renderReply } from './replies.js';

const LOOKS_DEAD_MS = 3000;

export class Transcript {
  /** @param {object} on what renderReply needs, and retry(turn) */
  constructor(on) {
    this.on = on;
    this.element = h('div', { class: 'log', role: 'log', 'aria-live': 'off', 'data-word-label': 'transcript', tabindex: '-1' });
    this.views = new Map();
  }

  clear() {
    this.views.forEach(({ timer }) => clearTimeout(timer));
    this.views.clear();
    this.element.replaceChildren();
  }

  show(turn) {
    const said = this.on.kiosk ? masked(turn.said ?? '') : turn.said;
    const theirs = h('div', { class: 'theirs' });
    const foot = h('div', { class: 'foot' });
    const photos = turn.photos?.length ? h('ul', { class: 'photos' }) : null;
    const mine = said || photos
      ? h('div', { class: 'mine' }, h('span', { class: 'sr', 'data-word': 'me' }), photos, said ? h('p', {}, said) : null)
      : null;
    const element = h('div', { class: 'turn' }, mine, theirs, foot);
    this.views.set(turn, { element, mine, photos, theirs, foot });
    this.element.append(element);
    this.update(turn);
    return element;
  }

  /** Brings the turn's element in line with the turn; returns the first reply that was not there before. */
  update(turn) {
    const view = this.views.get(turn);
    if (!view) return null;
    clearTimeout(view.timer);
    const fresh = turn.replies.slice(view.theirs.querySelectorAll('.reply').length).map((reply) =>
      renderReply(reply, { ...this.on, choose: (payload, label) => this.on.choose(turn, payload, label) }));
    if (fresh.length && !view.theirs.firstChild) view.theirs.append(h('span', { class: 'sr', 'data-word': 'counsellor' }));
    view.theirs.append(...fresh);
    view.photos?.replaceChildren(...turn.photos.map((photo, place) => h('li', { class: 'photo' }, picture(photo, place + 1),
      turn.state === 'sending' && !photo.id ? h('progress', { max: 1, value: 0, 'data-word-label': 'photo.sending', 'data-word-values': JSON.stringify({ n: place + 1 }) }) : null)));
    if (turn.closed) closeChoices(view.theirs, turn.chosen);
    view.foot.replaceChildren(...this.#foot(turn, view));
    return fresh[0] ?? null;
  }

  /** How much of a photo has left, 0 to 1. */
  progress(turn, place, share) {
    const bar = this.views.get(turn)?.photos?.children[place]?.querySelector('progress');
    if (bar) bar.value = share;
  }

  #foot(turn, view) {
    if (turn.state === 'sending' && turn.photos?.some(({ id }) => !id)) {
      return [h('div', { class: 'typing' }, h('span', { 'data-word': 'photo.uploading' }))];
    }
    if (turn.state === 'sending') {
      const patience = h('span', { class: 'patience', hidden: true, 'data-word': 'patience' });
      view.timer = setTimeout(() => {
        patience.hidden = false;
        this.on.waiting();
      }, LOOKS_DEAD_MS);
      return [h('div', { class: 'typing' }, h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')), patience)];
    }
    if (turn.state !== 'failed') return [];
    const values = turn.trouble === 'trouble.said' ? JSON.stringify({ message: turn.troubleText }) : null;
    return [h('div', { class: 'trouble' },
      h('p', { 'data-word': turn.trouble, 'data-word-values': values }),
      turn.final ? null : h('button', { type: 'button', class: 'button small', onclick: () => this.on.retry(turn) }, icon('retry'), h('span', { 'data-word': 'retry' })),
      safetyLine(this.on.kiosk))];
  }

  /** Takes a disclosure off a public screen; the numbers stay. */
  conceal(turn) {
    const view = this.views.get(turn);
    if (view?.mine) view.mine.remove();
    view?.theirs.querySelectorAll('.reply-crisis .words').forEach((words) => words.remove());
  }
}

/** The line that holds with the network down: it needs no answer from anybody. */
export function safetyLine(kiosk = false) {
  const dial = (number) => (kiosk ? h('b', {}, number) : h('a', { href: `tel:${number}` }, number));
  return h('p', { class: 'safety' },
    h('span', { 'data-word': 'safety.danger' }), ' ', dial('110'), ' / ', dial('120'), h('span', { class: 'dot', 'aria-hidden': 'true' }, ' · '),
    h('span', { 'data-word': 'safety.mind' }), ' ', dial('12356'));
}
