// Where one types: grows with the text, takes photos along, and leaves Enter to the input method while it composes.

import { h, icon } from './dom.js';
import { tray } from './photos.js';

const LONGEST = 2000;

/**
 * @param {(text: string, photos: object[]) => void} send
 * @param {object} has
 *   showServices  null where the services are always in view
 *   photos        false where there is no camera
 */
export function composer(send, { showServices = null, photos = false } = {}) {
  const field = h('textarea', { rows: 1, maxlength: LONGEST, enterkeyhint: 'send', autocomplete: 'off', 'data-word-placeholder': 'composer.placeholder', 'data-word-label': 'composer.label' });
  const button = h('button', { type: 'submit', class: 'send', disabled: true }, icon('send'), h('span', { 'data-word': 'send' }));
  const chosen = photos ? tray(() => grow()) : null;

  function grow() {
    button.disabled = !field.value.trim() && !chosen?.count;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`;
  }

  function submit(event) {
    event.preventDefault();
    const text = field.value.trim();
    if (!text && !chosen?.count) return;
    const taken = chosen?.take() ?? [];
    field.value = '';
    grow();
    send(text, taken);
  }

  field.addEventListener('input', grow);
  field.addEventListener('keydown', (event) => {
    // 229 is all that Safari says when Enter accepts a candidate: isComposing is already false there.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    submit(event);
  });

  const services = showServices
    ? h('button', { type: 'button', class: 'round show-services', 'data-word-label': 'services.show', 'data-word-title': 'services.show', onclick: showServices }, icon('grid'))
    : null;
  const element = h('form', { class: 'composer', onsubmit: submit }, chosen?.element,
    h('div', { class: 'composer-row' }, services, chosen?.button, chosen?.input, h('div', { class: 'field-box' }, field, button)));
  return {
    element,
    focus: () => field.focus({ preventScroll: true }),
    clear: () => { field.value = ''; chosen?.clear(); grow(); },
    /** Gives words back that could not be sent, unless others have been typed meanwhile. */
    giveBack: (text) => { if (text && !field.value) { field.value = text; grow(); } },
  };
}
