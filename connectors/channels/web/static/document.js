// Marks the cited passage #start-end: code points of the stored text, as answers give them.

import * as words from './elements/words.js';

/** start and end of a hash like '#120-164', or null. */
export function span(hash) {
  const found = /^#(\d{1,9})-(\d{1,9})$/.exec(hash);
  if (!found) return null;
  const [start, end] = [Number(found[1]), Number(found[2])];
  return start < end ? { start, end } : null;
}

/**
 * Wraps the code points start..end in <mark> in every element below `root` that carries a stretch of the text.
 * Array.from counts code points; String.slice would count UTF-16 units and be off after the first rare character.
 * @returns {HTMLElement[]} the marks, in reading order
 */
export function markSpan(root, start, end) {
  const marks = [];
  for (const element of root.querySelectorAll('[data-start]')) {
    const text = element.textContent;
    const from = Number(element.dataset.start);
    const points = Array.from(text);
    const left = Math.max(start - from, 0);
    const right = Math.min(end, Number(element.dataset.end)) - from;
    if (left >= right || left >= points.length) {
      if (element.firstElementChild) element.textContent = text;
      continue;
    }
    const mark = document.createElement('mark');
    mark.textContent = points.slice(left, right).join('');
    element.replaceChildren(points.slice(0, left).join(''), mark, points.slice(right).join(''));
    marks.push(mark);
  }
  return marks;
}

/** Marks and brings into view what the hash cites; returns the first mark or null. */
export function showSpan(root, hash) {
  const wanted = span(hash);
  const [first = null] = wanted ? markSpan(root, wanted.start, wanted.end) : [];
  if (!first) return null;
  first.tabIndex = -1;
  const fits = first.getBoundingClientRect().height < window.innerHeight * 0.7;
  first.scrollIntoView({ block: fits ? 'center' : 'start' });
  // A screen reader then starts at the passage and not at the top of forty pages.
  first.focus({ preventScroll: true });
  return first;
}

const page = document.querySelector('body > main.document');
if (page) {
  const cited = document.getElementById('cited');
  let first = null;
  const away = new IntersectionObserver(([entry]) => { cited.hidden = entry.isIntersecting; });
  const show = () => {
    away.disconnect();
    first = showSpan(page, location.hash);
    cited.hidden = true;
    if (first) away.observe(first);
  };
  cited.addEventListener('click', () => first?.scrollIntoView({ block: 'center' }));
  window.addEventListener('hashchange', show);
  show();
  await words.ready();
  words.onLanguage(() => {
    document.documentElement.lang = words.current();
    words.translateAll(document);
  });
}
