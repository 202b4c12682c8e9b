// Photos on their way out: chosen beside the text, seen before anything is sent, made small enough to travel.

import { h, icon } from './dom.js';
import { translate } from './words.js';

/** What one message may carry, as /api/chat has it. */
export const MOST = 5;
const LARGEST_BYTES = 8 * 2 ** 20;
// Above this a photo is scaled down here: a phone's own are 4 to 12 MB, and the campus network is slow at noon.
const HEAVY_BYTES = 2 * 2 ** 20;
const LONGEST_SIDE = 2560;
const THUMBNAIL_SIDE = 240;

const REFUSALS = new Set(['too_large', 'too_many_pixels', 'not_a_picture', 'broken_picture', 'no_file', 'too_many_uploads', 'gone']);

/** The interface word for a refusal of /api/uploads, and whether trying again is of no use. */
export function refusal(error) {
  if (REFUSALS.has(error.code)) return { word: `upload.${error.code}`, final: true };
  return { word: error.status === 429 ? 'trouble.busy' : 'upload.failed', final: false };
}

/**
 * The photos chosen for the next message.
 * A photo: {name, thumb: data URL or '', file: Blob, ready: Promise}; `file` is the one to send once `ready`.
 * @param {() => void} changed
 */
export function tray(changed) {
  let chosen = [];
  const input = h('input', { type: 'file', accept: 'image/*', multiple: true, hidden: true, tabindex: '-1', onchange: () => {
    const files = [...input.files];
    input.value = '';
    add(files);
  } });
  const button = h('button', { type: 'button', class: 'round add-photo', 'data-word-label': 'photo.add', 'data-word-title': 'photo.add', onclick: () => input.click() }, icon('photo'));
  const list = h('ul', { class: 'tray-photos', 'data-word-label': 'photo.chosen' });
  const hint = h('p', { class: 'hint', role: 'status' });
  const element = h('div', { class: 'tray', hidden: true }, list, hint);

  function say(word, values = {}) {
    hint.dataset.word = word;
    hint.dataset.wordValues = JSON.stringify(values);
    if (word) translate(hint);
    else hint.textContent = '';
  }

  function draw() {
    list.replaceChildren(...chosen.map((photo, place) => h('li', { class: 'photo' }, picture(photo, place + 1),
      h('button', { type: 'button', class: 'round remove', 'data-word-label': 'photo.remove', 'data-word-values': JSON.stringify({ n: place + 1 }), onclick: () => remove(photo) }, icon('close')))));
    element.hidden = !chosen.length && !hint.textContent;
    changed();
  }

  function add(files) {
    const room = files.slice(0, MOST - chosen.length);
    for (const file of room) {
      const photo = { name: file.name, thumb: '', file };
      chosen.push(photo);
      photo.ready = prepare(photo).then(() => {
        if (!chosen.includes(photo)) return;
        const wrong = photo.file.size > LARGEST_BYTES ? 'too_large' : !photo.thumb && file.type && !file.type.startsWith('image/') ? 'not_a_picture' : '';
        if (wrong) remove(photo, `upload.${wrong}`);
        else draw();
      });
    }
    if (room.length < files.length) say('photo.most', { n: MOST });
    else say('photo.count', { n: chosen.length });
    draw();
  }

  function remove(photo, why = '') {
    const place = chosen.indexOf(photo);
    chosen = chosen.filter((one) => one !== photo);
    say(why || (chosen.length ? 'photo.count' : ''), { n: chosen.length });
    draw();
    // The pressed button is gone: the next one takes the focus, or the one that adds.
    if (!why) (list.querySelectorAll('.remove')[Math.min(place, chosen.length - 1)] ?? button).focus();
  }

  function clear() {
    chosen = [];
    say('');
    draw();
  }

  return {
    element, button, input, clear,
    get count() {
      return chosen.length;
    },
    /** The chosen photos; the tray is empty then. */
    take() {
      const taken = chosen;
      clear();
      return taken;
    },
  };
}

/** A photo as it is shown, before and after it was sent. */
export function picture(photo, number) {
  const values = JSON.stringify({ n: number });
  if (photo.thumb) {
    const shown = h('img', { src: photo.thumb });
    shown.alt = '';
    return h('span', { class: 'picture', role: 'img', 'data-word-label': 'photo.nth', 'data-word-values': values }, shown);
  }
  // HEIC on most browsers: it can be sent, not shown.
  return h('span', { class: 'picture unseen', role: 'img', 'data-word-label': 'photo.nth', 'data-word-values': values }, icon('photo'));
}

async function prepare(photo) {
  let opened;
  try {
    opened = await createImageBitmap(photo.file);
  } catch {
    return;
  }
  try {
    photo.thumb = drawn(opened, THUMBNAIL_SIDE).toDataURL('image/jpeg', 0.7);
    if (photo.file.size <= HEAVY_BYTES) return;
    const smaller = await new Promise((done) => drawn(opened, LONGEST_SIDE).toBlob(done, 'image/jpeg', 0.85));
    if (smaller && smaller.size < photo.file.size) photo.file = smaller;
  } finally {
    opened.close();
  }
}

function drawn(opened, longest) {
  const scale = Math.min(1, longest / Math.max(opened.width, opened.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(opened.width * scale));
  canvas.height = Math.max(1, Math.round(opened.height * scale));
  const pen = canvas.getContext('2d');
  // JPEG has no transparency; a screenshot's would turn black.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(opened, 0, 0, canvas.width, canvas.height);
  return canvas;
}
