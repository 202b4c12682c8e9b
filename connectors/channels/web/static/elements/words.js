// Interface words in two languages. The counsellor's own sentences are not here: they come from the service.
//
// An element names its word: data-word (text), data-word-label (aria-label), data-word-placeholder, data-word-title;
// data-word-values is JSON for {placeholders}. Changing the language walks these and nothing else.

const LANGUAGES = ['zh-CN', 'en'];
const KEY = 'counsellor.language';

const dictionaries = {};
const changes = new EventTarget();
let language = remembered();

function remembered() {
  try {
    const stored = localStorage.getItem(KEY);
    if (LANGUAGES.includes(stored)) return stored;
  } catch { /* storage may be forbidden in an embedded page */ }
  return 'zh-CN';
}

async function fetchDictionary(name) {
  if (dictionaries[name]) return;
  const response = await fetch(new URL(`../i18n/${name}.json`, import.meta.url));
  if (!response.ok) throw new Error(`i18n/${name}.json: ${response.status}`);
  dictionaries[name] = await response.json();
}

/** Loads the remembered language; safe to await more than once. */
export async function ready() {
  try {
    await fetchDictionary(language);
  } catch (error) {
    console.warn('interface words are missing', error);
  }
}

export function current() {
  return language;
}

/** The word in the current language, `fallback` (or the key) when there is none. */
export function t(key, values = {}, fallback = key) {
  const word = dictionaries[language]?.[key] ?? fallback;
  return word.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A service's name: the server's own in Chinese, the dictionary's where the server has none. */
export function serviceName(task, title = '') {
  return language === 'zh-CN' && title ? title : t(`service.${task}`, {}, title || task);
}

export function translate(element) {
  const { word, wordLabel, wordPlaceholder, wordTitle, wordValues } = element.dataset;
  const values = wordValues ? JSON.parse(wordValues) : {};
  if (word) element.textContent = t(word, values, element.textContent || word);
  if (wordLabel) element.setAttribute('aria-label', t(wordLabel, values));
  if (wordPlaceholder) element.setAttribute('placeholder', t(wordPlaceholder, values));
  if (wordTitle) element.setAttribute('title', t(wordTitle, values));
}

/** Translates everything below a document, shadow root or element. */
export function translateAll(root) {
  root.querySelectorAll('[data-word],[data-word-label],[data-word-placeholder],[data-word-title]').forEach(translate);
}

/** Runs `listener` now and after every change of language; returns a function that stops it. */
export function onLanguage(listener) {
  listener();
  changes.addEventListener('change', listener);
  return () => changes.removeEventListener('change', listener);
}

export async function toggle() {
  const other = language === 'zh-CN' ? 'en' : 'zh-CN';
  await fetchDictionary(other);
  language = other;
  try {
    localStorage.setItem(KEY, other);
  } catch { /* the choice then lasts as long as the page */ }
  changes.dispatchEvent(new Event('change'));
}
