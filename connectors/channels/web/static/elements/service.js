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
    let data = {};
    try {
      data = content ? JSON.parse(content) : {};
    } catch {
      if (response.ok) throw new Unreachable(`${path}: not JSON`);
    }
    if (!response.ok) throw new Refused(response.status, data?.error?.code ?? '', data?.error?.message ?? '');
    return data;
  }

  /** @returns {Promise<object[]>} the replies to one message */
  async chat(message) {
    const { replies } = await this.call('/api/chat', message);
    if (!Array.isArray(replies)) throw new Unreachable('/api/chat: no replies');
    return replies;
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
