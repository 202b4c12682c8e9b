// What the counsellor can do: the services as a grid, the usual questions as chips.

import { h, icon } from './dom.js';
import { onLanguage, serviceName } from './words.js';

/** @param {(service: object, label: string) => void} start */
export function servicesGrid(services, start) {
  return h('ul', { class: 'services' }, ...services.map((service) => {
    const title = h('span', { class: 'service-title' });
    onLanguage(() => { title.textContent = serviceName(service.task, service.title); });
    const label = h('span', { class: 'service-text' }, title,
      service.online
        ? (service.example ? h('span', { class: 'service-example', lang: 'zh-CN' }, service.example) : null)
        : h('span', { class: 'service-soon', 'data-word': 'soon' }));
    return h('li', {}, h('button', { type: 'button', class: 'service', disabled: !service.online, 'data-task': service.task,
      onclick: () => start(service, title.textContent) },
    h('span', { class: 'service-icon' }, icon(service.task)), label));
  }));
}

/** @param {(question: string) => void} ask */
export function questionChips(questions, ask) {
  return h('div', { class: 'questions', lang: 'zh-CN' }, ...questions.map((question) =>
    h('button', { type: 'button', class: 'question', onclick: () => ask(question) }, question)));
}
