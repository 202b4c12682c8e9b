// The counsellor over HTTP. Two ways to fail:
//   Unreachable   nothing (readable) came back: no network, a time-out, a proxy's page
//   Refused       the service answered {"error": {"code", "message"}}; carries the status

// A held message waits for the dialogue model to start, which takes tens of seconds on a small machine.
const PATIENCE_MS = 120_000;

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

function answered(path, status, content) {
  const good = status >= 200 && status < 300;
  let data = {};
  try {
    data = content ? JSON.parse(content) : {};
  } catch {
    if (good) throw new Unreachable(`${path}: not JSON`);
  }
  if (!good) throw new Refused(status, data?.error?.code ?? '', data?.error?.message ?? '');
  return data;
}

export class Service {
  /** @param {string} base origin of the service, '' for the page's own */
  constructor(base = '') {
    this.base = base;
  }

  async call(path, body, patience = PATIENCE_MS) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    let response, content;
    try {
      response = await fetch(this.base + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        body: body === undefined ? undefined : JSON.stringify(body),
        credentials: 'include',
        cache: 'no-store',
        signal: stop.signal,
      });
      content = await response.text();
    } catch (error) {
      throw new Unreachable(String(error));
    } finally {
      clearTimeout(timer);
    }
    return answered(path, response.status, content);
  }

  /**
   * Sends one photo. Not fetch: it cannot tell how much has left.
   * @param {(share: number) => void} told 0 to 1
   * @returns {Promise<string>} the upload's id
   */
  upload(file, told) {
    const path = '/api/uploads';
    return new Promise((done, failed) => {
      const call = new XMLHttpRequest();
      call.open('POST', this.base + path);
      call.withCredentials = true;
      call.timeout = PATIENCE_MS;
      call.upload.onprogress = ({ lengthComputable, loaded, total }) => { if (lengthComputable) told(loaded / total); };
      call.onerror = call.ontimeout = call.onabort = () => failed(new Unreachable(path));
      call.onload = () => {
        try {
          const { id } = answered(path, call.status, call.responseText);
          if (typeof id === 'string') done(id);
          else failed(new Unreachable(`${path}: no id`));
        } catch (error) {
          failed(error);
        }
      };
      const form = new FormData();
      form.append('file', file, 'photo');
      call.send(form);
    });
  }

  /** @returns {Promise<object[]>} the replies to one message */
  async chat(message) {
    const { replies } = await this.call('/api/chat', message);
    if (!Array.isArray(replies)) throw new Unreachable('/api/chat: no replies');
    return replies;
  }

  /** What was answered while nobody was there: [{message_id, state, replies}]; nothing for a conversation of another session. */
  async late(conversation) {
    const { messages } = await this.call(`/api/chat/late?conversation=${encodeURIComponent(conversation)}`, undefined, 10_000);
    return Array.isArray(messages) ? messages : [];
  }

  /** What became of the student's cases: [{id, replies}]. `seen` are the ids that were shown before. */
  async notices(seen) {
    const { notices } = await this.call('/api/notices', { seen }, 10_000);
    return Array.isArray(notices) ? notices : [];
  }

  /** Who is signed in: {student, name}, or null. */
  async me() {
    try {
      const me = await this.call('/api/me', undefined, 10_000);
      return me.student ? me : null;
    } catch (error) {
      if (error instanceof Refused) return null;
      throw error;
    }
  }

  async offer() {
    const { services = [], questions = [] } = await this.call('/api/services', undefined, 15_000);
    return { services, questions };
  }

  endSession() {
    return this.call('/api/session/end', {}, 4_000);
  }
}
