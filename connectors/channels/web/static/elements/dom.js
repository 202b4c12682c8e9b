// Building elements without innerHTML: whatever a document or a person wrote stays text.

import { translate } from './words.js';

/**
 * An element with attributes, listeners (`onclick: f`) and children (nodes or strings; null and false are left out).
 * `data-word…` attributes name interface words and are filled in at once.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  translate(element);
  return element;
}

/** A decorative icon; its shape is a mask in icons.css, so it takes the colour of the text around it. */
export function icon(name) {
  return h('span', { class: 'icon', 'data-icon': name, 'aria-hidden': 'true' });
}

/** A random UUID. `crypto.randomUUID` is missing on plain http outside loopback, where a campus pilot often starts. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Copies text; false when the browser refuses. The old way remains because the clipboard API needs https. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h('textarea', { class: 'sr', readonly: true });
    field.value = text;
    document.body.append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    return copied;
  }
}
