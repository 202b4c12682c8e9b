// One reply of /api/chat as an element. An unknown kind is shown as text with whatever else it carries: a new kind on the
// server must not need a new page.

import { copy, h, icon } from './dom.js';
import { serviceName, t } from './words.js';

/**
 * @param {object} reply as in /api/chat
 * @param {object} on
 *   base: origin of the service
 *   kiosk: true where nothing may lead away and nobody else may read along
 *   choose(payload, label): a button was pressed
 *   open(url, purpose, event): a link was pressed; purpose 'source' | 'sign-in' | 'link'
 */
export function renderReply(reply, on) {
  const body = (KINDS[reply.kind] ?? plain)(reply, on);
  return h('article', { class: `reply reply-${reply.kind in KINDS ? reply.kind : 'text'}`, lang: 'zh-CN' }, body);
}

const KINDS = {
  text: plain,
  answer: (reply, on) => card(words(reply), sources(reply.sources, on, { said: reply.text }), links(reply, on), choices(reply, on)),
  choices: plain,
  confirm: (reply, on) => card(words(reply), fields(reply, on), choices(reply, on)),
  receipt,
  link: (reply, on) => card(words(reply), links(reply, on), choices(reply, on)),
  crisis,
  handoff,
};

function card(...parts) {
  return [h('div', { class: 'card' }, ...parts)];
}

function plain(reply, on) {
  // A decline carries the nearest clauses as suggestions: shown folded and under another name than the sources of an answer.
  const nearest = sources(reply.suggestions, on, { word: 'suggestions', open: false });
  const inside = [words(reply), fields(reply, on), sources(reply.sources, on, { said: reply.text }), nearest, links(reply, on)].filter(Boolean);
  return [inside.length ? h('div', { class: 'card' }, ...inside) : null, choices(reply, on)];
}

function words(reply) {
  return reply.text ? h('p', { class: 'words' }, reply.text) : null;
}

function fields(reply, on) {
  if (!reply.fields?.length) return null;
  return h('dl', { class: 'fields' }, ...reply.fields.map(({ label, value, name }) =>
    // What has no name the office says, such as a price: nobody was asked for it and nobody can change it.
    h('div', { class: name === '' ? 'field from-office' : 'field' }, h('dt', {}, label), h('dd', {}, on.kiosk ? masked(String(value)) : String(value)))));
}

/** A mobile number without its middle: people queue behind whoever stands at a kiosk. */
export function masked(text) {
  return text.replace(/(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)/g, '$1****$2');
}

// Above this many characters two buttons no longer stand side by side on a phone.
const LONG_LABEL = 12;

function choices(reply, on) {
  if (!reply.choices?.length) return null;
  const rows = reply.choices.length > 2 && reply.choices.some(({ label }) => label.length > LONG_LABEL);
  return h('div', { class: rows ? 'choices rows' : 'choices', role: 'group', 'data-word-label': 'choices' }, ...reply.choices.map(({ label, payload }) =>
    h('button', { type: 'button', class: 'choice', 'data-payload': payload, onclick: () => on.choose(payload, label) }, label)));
}

/** Spends a turn's buttons; the pressed one stays recognisable. */
export function closeChoices(element, chosen) {
  for (const button of element.querySelectorAll('.choice')) {
    button.disabled = true;
    if (chosen !== undefined && button.dataset.payload === chosen) button.classList.add('chosen');
  }
}

/** Whether a quote was read already; a table row is said cell by cell. */
function wasSaid(quote, said) {
  if (!said) return false;
  const cells = quote.split(' | ');
  return said.includes(quote) || (cells.length > 1 && cells.slice(1).every((cell) => said.includes(cell.trim())));
}

function sources(list, on, { word = 'sources', open = true, said = '' } = {}) {
  if (!list?.length) return null;
  return h('details', { class: 'sources', open: open || null },
    h('summary', {}, icon('book'), h('span', { 'data-word': word, 'data-word-values': JSON.stringify({ n: list.length }) })),
    h('ol', {}, ...list.map((source) => h('li', { class: 'source' },
      h('div', { class: 'source-head' },
        h('cite', {}, source.document),
        source.number ? h('span', { class: 'number' }, source.number) : null),
      source.locator || source.page ? h('p', { class: 'locator' },
        source.locator ?? '',
        source.page ? h('span', { class: 'page', 'data-word': 'page', 'data-word-values': JSON.stringify({ n: source.page }) }) : null) : null,
      source.quote && !wasSaid(source.quote, said) ? h('blockquote', {}, source.quote) : null,
      source.url ? opener(source.url, 'source', on, { class: 'quiet-link' }, h('span', { 'data-word': 'source.open' }), icon(on.kiosk ? 'next' : 'open')) : null))));
}

function links(reply, on) {
  if (!reply.url) return null;
  const url = resolve(reply.url, on.base);
  if (!url) return null;
  const purpose = isOwn(url, on.base) && url.pathname === '/sign-in' ? 'sign-in' : 'link';
  if (on.kiosk && !isOwn(url, on.base)) return h('p', { class: 'hint' }, h('span', { 'data-word': 'link.phone' }), h('span', { class: 'address' }, url.href));
  const word = reply.label ? {} : { 'data-word': purpose === 'sign-in' ? 'link.sign_in' : 'link.open' };
  return h('div', { class: 'actions' }, opener(reply.url, purpose, on, { class: 'button primary' }, h('span', word, reply.label ?? ''), icon(purpose === 'link' && !on.kiosk ? 'open' : 'next')));
}

/** A link, or a button where the surroundings decide what opening means. */
function opener(address, purpose, on, attributes, ...children) {
  const url = resolve(address, on.base);
  if (!url) return null;
  if (on.kiosk) return h('button', { type: 'button', ...attributes, onclick: (event) => on.open(url.href, purpose, event) }, ...children);
  const stays = purpose === 'sign-in' && !on.embedded;
  return h('a', { ...attributes, href: url.href, target: stays ? null : '_blank', rel: stays ? null : 'noopener',
    onclick: (event) => on.open(url.href, purpose, event) }, ...children, stays ? null : h('span', { class: 'sr', 'data-word': 'link.new_tab' }));
}

function resolve(address, base) {
  try {
    const url = new URL(address, base || location.origin);
    return ['http:', 'https:'].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

function isOwn(url, base) {
  return url.origin === new URL(base || location.origin).origin;
}

function receipt(reply, on) {
  const done = h('span', { 'data-word': 'copy' });
  const shape = icon('copy');
  const button = h('button', { type: 'button', class: 'button small', onclick: async () => {
    if (!(await copy(reply.number))) return;
    done.textContent = t('copied');
    shape.dataset.icon = 'check';
    setTimeout(() => {
      done.textContent = t('copy');
      shape.dataset.icon = 'copy';
    }, 2000);
  } }, shape, done);
  return card(
    h('div', { class: 'receipt-head' }, icon(reply.task ?? 'form'),
      h('span', { class: 'receipt-task' }, reply.task ? serviceName(reply.task, reply.title) : ''),
      reply.status ? h('span', { class: 'status' }, reply.status) : null),
    reply.number ? h('div', { class: 'receipt-number' },
      h('span', { class: 'receipt-label', 'data-word': 'receipt.number' }), h('output', {}, reply.number), on.kiosk ? null : button) : null,
    words(reply), fields(reply, on), links(reply, on), choices(reply, on));
}

function crisis(reply, on) {
  return card(words(reply), hotlines(reply.hotlines, on), choices(reply, on));
}

/** Every number as a large target that dials; a kiosk cannot dial, so there it is large text. */
function hotlines(list, on) {
  if (!list?.length) return null;
  return h('ul', { class: 'hotlines' }, ...list.map(({ name, phone, hours }) => h('li', {},
    h(on.kiosk ? 'div' : 'a', { class: 'hotline', href: on.kiosk ? null : `tel:${phone.replace(/[^\d+]/g, '')}` },
      icon('phone'),
      h('span', { class: 'hotline-name' }, name, hours ? h('span', { class: 'hours' }, hours) : null),
      h('span', { class: 'hotline-phone' }, phone)))));
}

function handoff(reply, on) {
  return card(
    h('div', { class: 'handoff' }, icon('people'), h('div', {}, words(reply),
      reply.position ? h('p', { class: 'hint', 'data-word': 'handoff.position', 'data-word-values': JSON.stringify({ n: reply.position }) }) : null)),
    links(reply, on), choices(reply, on));
}

/** What a screen reader hears when a reply has arrived: its words, then what can be pressed. */
export function spoken(reply) {
  const parts = [reply.text, reply.number];
  for (const { name, phone } of reply.hotlines ?? []) parts.push(`${name} ${phone}`);
  for (const { label, value } of reply.fields ?? []) parts.push(`${label} ${value}`);
  if (reply.choices?.length) parts.push(t('choices.spoken', { list: reply.choices.map(({ label }) => label).join('、') }));
  return parts.filter(Boolean).join('。');
}
