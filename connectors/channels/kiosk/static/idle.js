// Nobody there any more? Asks once, then clears.

const COUNTDOWN_S = 15;

export class Idle {
  /**
   * @param {object} on
   *   patience(): seconds without a touch before asking
   *   untouched(): true when there is nothing to clear
   *   warn(seconds): ask, with what is left of the countdown; called each second
   *   calm(): somebody is there after all
   *   expired(): clear
   */
  constructor(on) {
    this.on = on;
    this.last = Date.now();
    this.warning = false;
    // Any touch counts (capture, so that nothing on the page can swallow it), except on the button that says "end":
    // closing the dialog under the finger would swallow its click.
    for (const name of ['pointerdown', 'keydown', 'wheel', 'touchmove', 'input']) {
      document.addEventListener(name, (event) => event.target.closest?.('[data-idle="ignore"]') || this.touched(), { capture: true, passive: true });
    }
    this.timer = setInterval(() => this.tick(), 500);
  }

  touched() {
    this.last = Date.now();
    if (!this.warning) return;
    this.warning = false;
    this.on.calm();
  }

  tick() {
    if (this.on.untouched()) {
      this.last = Date.now();
      return;
    }
    // The clock, not a count of ticks: a sleeping screen fires no timers and must clear as soon as it wakes.
    const left = this.on.patience() + COUNTDOWN_S - (Date.now() - this.last) / 1000;
    if (left <= 0) {
      clearInterval(this.timer);
      this.on.expired();
    } else if (left <= COUNTDOWN_S) {
      this.warning = true;
      this.on.warn(Math.ceil(left));
    }
  }
}
