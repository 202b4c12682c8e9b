// <campus-counsellor>: a button in the corner of any campus site that opens the counsellor.
//
//   <script type="module" src="https://bot.example.edu.cn/widget.js"></script>
//   <campus-counsellor></campus-counsellor>
//
// base="https://…" is the service's origin; without it, the one this script came from. Colours: --cc-accent and
// --cc-accent-strong (light), --cc-accent-dark and --cc-accent-dark-strong (dark), on the element. The host page's
// Content-Security-Policy must allow that origin for scripts, styles, images and connections.

const HOME = new URL(import.meta.url).origin;
const files = (base) => `${base}/static/web/elements`;

class CampusCounsellor extends HTMLElement {
  #base = HOME;
  #panel;
  #launcher;
  #chat;
  #silenced = [];
  #phone = window.matchMedia('(max-width: 600px)');
  #relay = () => this.#modality();

  async connectedCallback() {
    this.#phone.addEventListener('change', this.#relay);
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: 'open' });
    this.#base = (this.getAttribute('base') ?? HOME).replace(/\/+$/, '');
    const [{ h, icon }, words] = await Promise.all([import(`${files(this.#base)}/dom.js`), import(`${files(this.#base)}/words.js`)]);
    await words.ready();

    this.#launcher = h('button', { type: 'button', class: 'launcher', 'data-word-label': 'widget.open', 'aria-expanded': 'false', onclick: () => this.open() },
      icon('chat'), h('span', { 'data-word': 'app.name' }));
    this.#panel = h('section', { class: 'panel', hidden: true, role: 'dialog', 'data-word-label': 'app.name',
      onkeydown: (event) => { if (event.key === 'Escape' && !event.isComposing) this.close(); } },
    h('header', { class: 'head' },
      h('img', { src: `${this.#base}/static/web/favicon.svg`, alt: '', width: 28, height: 28 }),
      h('strong', { 'data-word': 'app.name' }),
      h('button', { type: 'button', class: 'round language', 'data-word': 'language.other', 'data-word-label': 'language.switch', onclick: () => words.toggle().catch(() => {}) }),
      h('a', { class: 'round', href: `${this.#base}/`, target: '_blank', rel: 'noopener', 'data-word-label': 'widget.full', 'data-word-title': 'widget.full' }, icon('open')),
      h('button', { type: 'button', class: 'round', 'data-word-label': 'close', onclick: () => this.close() }, icon('close'))));
    const style = h('link', { rel: 'stylesheet', href: `${files(this.#base)}/widget.css` });
    style.addEventListener('load', () => root.append(this.#launcher, this.#panel), { once: true });
    root.append(style);
    words.onLanguage(() => words.translateAll(root));
  }

  disconnectedCallback() {
    this.#phone.removeEventListener('change', this.#relay);
    this.#silence(false);
  }

  async open() {
    this.#panel.hidden = false;
    this.#launcher.hidden = true;
    this.#launcher.setAttribute('aria-expanded', 'true');
    this.#modality();
    // Only someone who opens the chat pays for it.
    await import(`${files(this.#base)}/chat.js`);
    if (!this.#chat) {
      this.#chat = document.createElement('counsellor-chat');
      this.#chat.setAttribute('mode', 'embedded');
      this.#chat.setAttribute('base', this.#base);
      this.#panel.append(this.#chat);
    }
    await this.#chat.ready;
    this.#chat.focus();
  }

  close() {
    this.#panel.hidden = true;
    this.#launcher.hidden = false;
    this.#launcher.setAttribute('aria-expanded', 'false');
    this.#silence(false);
    this.#launcher.focus();
  }

  // On a phone the panel covers the site, so the site must not be reachable behind it.
  #modality() {
    const modal = this.#phone.matches && Boolean(this.#panel) && !this.#panel.hidden;
    this.#panel?.setAttribute('aria-modal', String(modal));
    this.#silence(modal);
  }

  // inert, not aria-hidden: screen readers on phones walk into aria-hidden content by touch.
  #silence(on) {
    for (const element of this.#silenced) element.inert = false;
    this.#silenced = [];
    if (!on) return;
    for (let inside = this; inside.parentElement; inside = inside.parentElement) {
      for (const sibling of inside.parentElement.children) {
        if (sibling === inside || sibling.inert || sibling.tagName === 'HEAD') continue;
        sibling.inert = true;
        this.#silenced.push(sibling);
      }
    }
  }
}

if (!customElements.get('campus-counsellor')) customElements.define('campus-counsellor', CampusCounsellor);
