// One tab's conversation: its id and what was said, so that a reload or a trip to /sign-in loses nothing.

import { uuid } from './dom.js';

const KEY = 'counsellor.tab';
const KEPT_TURNS = 80;

/**
 * A turn: {id, body: {text}|{payload}|{}, said, photos: [{name, thumb, id}], state: 'sending'|'done'|'failed', trouble,
 * troubleText, final, replies: [], closed, chosen}. `said` is what the student sees as their own words (a button's label),
 * `closed` that its buttons are spent, a photo's `id` that it has arrived, `final` that trying again is of no use.
 */
export class Memory {
  /** @param {Storage|null} storage null keeps everything in the page only: nothing may outlive a kiosk's visitor */
  constructor(storage) {
    this.storage = storage;
    this.conversation = uuid();
    this.turns = [];
    this.#recall();
  }

  #recall() {
    try {
      const kept = JSON.parse(this.storage?.getItem(KEY) ?? 'null');
      if (!kept?.conversation || !Array.isArray(kept.turns)) return;
      this.conversation = kept.conversation;
      this.turns = kept.turns;
      // Whether the service got it is unknown; sending again with the same id is harmless.
      for (const turn of this.turns) if (turn.state === 'sending') Object.assign(turn, { state: 'failed', trouble: 'trouble.interrupted' });
    } catch { /* unreadable or forbidden storage is an empty one */ }
  }

  keep() {
    this.turns.splice(0, this.turns.length - KEPT_TURNS);
    try {
      this.storage?.setItem(KEY, JSON.stringify({ conversation: this.conversation, turns: this.turns }));
    } catch { /* full or forbidden: the page itself still has it */ }
  }

  /** A new conversation; what was said stays on the screen. */
  renew() {
    this.conversation = uuid();
    this.keep();
  }

  forget() {
    this.conversation = uuid();
    this.turns = [];
    try {
      this.storage?.removeItem(KEY);
    } catch { /* nothing was kept then */ }
  }
}

export function tabStorage() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}
