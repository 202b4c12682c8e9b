// A page of this site inside the kiosk: a document at its clause, or the sign-in. Its <main> is taken over as nodes
// instead of in a frame, so the screen never leaves /kiosk, nothing in it can navigate, and no frame-src is needed.

import { h } from '/static/web/elements/dom.js';
import { enhanceSignIn } from '/static/web/sign_in.js';
import { showSpan } from '/static/web/document.js';
import * as words from '/static/web/elements/words.js';

/** @param {{url: string, purpose: 'source'|'sign-in'|'link'}} wanted */
export async function openPage(dialog, place, { url, purpose }, signedIn) {
  const address = new URL(url, location.origin);
  place.replaceChildren();
  dialog.showModal();
  const main = address.origin === location.origin ? await fetchMain(address) : null;
  if (!dialog.open) return;
  if (!main) {
    place.replaceChildren(h('p', { class: 'unavailable', 'data-word': 'kiosk.unavailable' }));
    return;
  }
  // Every way out of the page is a way out of the kiosk.
  main.querySelectorAll('.back, .foot').forEach((element) => element.remove());
  main.querySelectorAll('a').forEach((link) => link.replaceWith(...link.childNodes));
  place.replaceChildren(main);
  words.translateAll(place);
  if (purpose === 'sign-in') enhanceSignIn(main, signedIn);
  else if (!showSpan(main, address.hash)) place.scrollTop = 0;
}

async function fetchMain(address) {
  try {
    const response = await fetch(address, { headers: { Accept: 'text/html' } });
    if (!response.ok) return null;
    const main = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
    return main && document.importNode(main, true);
  } catch {
    // A sign-in that lives on another site cannot be shown here.
    return null;
  }
}
