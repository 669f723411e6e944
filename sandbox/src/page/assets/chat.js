// One chat: the log, inline buttons, the commands the bot offers, and the line to type in.
import { clock, h, keyed, link, post, toast } from "/element.js";

export class Chat {
  constructor(name, title, userId, bot) {
    Object.assign(this, { name, userId, lastAnswer: null, byId: new Map() });
    const id = (part) => `${name}-${part}`;
    const test = (part) => `chat-${name}-${part}`;
    this.avatar = h("div", { class: "avatar", "aria-hidden": "true" });
    this.sub = h("p", { class: "quiet", dir: "auto", "data-testid": test("who") });
    this.block = h("button", { type: "button", class: "small", "data-testid": test("block"), click: () => this.toggleBlock() }, "Block bot");
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": `${title} messages`, tabindex: "0", "data-testid": test("log") });
    this.typing = h("p", { class: "typing", hidden: true }, `${bot} is typing`, h("i", {}, "."), h("i", {}, "."), h("i", {}, "."));
    this.chips = h("div", { class: "chips", "aria-label": "Suggestions", role: "group", "data-testid": test("chips") });
    this.input = h("input", { id: id("input"), maxlength: "4096", autocomplete: "off", placeholder: "Message", enterkeyhint: "send", "data-testid": test("input") });
    this.form = h("form", { class: "compose", submit: (event) => { event.preventDefault(); this.send(this.input.value); } },
      h("label", { class: "visually-hidden", for: id("input") }, `Message from the ${name}`), this.input,
      h("button", { type: "submit", "data-testid": test("send") }, "Send"));
    document.getElementById(`pane-${name}`).append(
      h("div", { class: "pane-head" }, this.avatar, h("div", {}, h("h2", { id: `title-${name}` }, title), this.sub), this.block),
      this.log, this.chips, this.form);
  }

  show(pane) {
    this.pane = pane;
    const user = pane.user ?? { first_name: "?" };
    this.avatar.textContent = [...user.first_name.trim()][0]?.toUpperCase() ?? "?";
    this.sub.textContent = user.username ? `${user.first_name} · @${user.username}` : user.first_name;
    this.block.textContent = user.blocked ? "Unblock bot" : "Block bot";
    this.input.disabled = Boolean(user.blocked);
    this.byId = new Map(pane.messages.map((message) => [message.id, message]));
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80 || !this.log.known;
    keyed(this.log, pane.messages, (message) => message.id, (message) => this.message(message), () => this.welcome());
    this.typing.hidden = !pane.typing;
    if (pane.typing) this.log.append(this.typing);
    this.suggest(pane);
    if (atEnd) this.log.scrollTop = this.log.scrollHeight;
    const answer = pane.answer?.number ?? 0;
    if (this.lastAnswer !== null && answer > this.lastAnswer) toast(pane.answer.text);
    this.lastAnswer = answer;
  }

  welcome() {
    return h("div", { class: "empty-chat" }, h("p", {}, "No messages yet."),
      h("button", { type: "button", "data-testid": `chat-${this.name}-start`, click: () => this.send("/start") }, "Start the bot"));
  }

  message(message) {
    const replied = message.reply_to && this.byId.get(message.reply_to);
    const bubble = h("div", { class: "bubble", dir: "auto", "data-testid": "text" },
      replied ? h("span", { class: "reply" }, replied.text.split("\n")[0]) : null,
      message.document ? h("span", {}, `📎 ${message.document}\n`) : null,
      styled(message.text, message.entities));
    const rows = message.buttons.map((row) => h("div", {}, row.map((button) => this.button(message, button))));
    if (message.invoice) rows.push(h("div", {}, this.payButton(message)));
    return h("article", { class: message.from_bot ? "message" : "message mine", "data-testid": "message", "data-message-id": message.id },
      bubble, rows.length ? h("div", { class: "buttons" }, rows) : null,
      h("p", { class: "meta" }, clock(message.date * 1000), message.edited ? " · edited" : ""));
  }

  button(message, button) {
    if (button.url && !button.data) return link(button.url, `${button.label} ↗`, { "data-testid": "button", dir: "auto" });
    return h("button", { type: "button", dir: "auto", "data-testid": "button", "data-callback": button.data ?? "",
      click: (event) => this.press(event.currentTarget, message.id, button.data ?? button.label) }, button.label);
  }

  /** Stands for the Pay button and the form behind it: no money moves. */
  payButton(message) {
    const { total, currency, paid } = message.invoice;
    return h("button", { type: "button", disabled: paid, "data-testid": "pay-invoice",
      click: (event) => this.pay(event.currentTarget, message.id) }, paid ? "Receipt" : `Pay ${total} ${currency}`);
  }

  async pay(element, messageId) {
    element.disabled = true;
    try {
      await post("/sim/pay", { user_id: this.userId, message_id: messageId });
    } catch (error) {
      toast(error.message);
    }
    setTimeout(() => { element.disabled = false; }, 2000);
  }

  async press(element, messageId, button) {
    element.disabled = true;
    try {
      await post("/sim/press", { user_id: this.userId, message_id: messageId, button });
    } catch (error) {
      toast(error.message);
    }
    setTimeout(() => { element.disabled = false; }, 600);
  }

  /** The bot's reply keyboard, else its commands; a command waits in the line to be completed. */
  suggest(pane) {
    const labels = pane.keyboard.flat().map((button) => ({ text: button.label, title: null, now: true }));
    const commands = pane.commands.map((command) => ({ text: `/${command.command}`, title: command.description, now: false }));
    keyed(this.chips, labels.length ? labels : commands, (chip) => chip.text, (chip) =>
      h("button", { type: "button", title: chip.title, dir: "auto", "data-testid": "chip",
        click: () => (chip.now ? this.send(chip.text) : this.draft(chip.text)) }, chip.text));
  }

  draft(text) {
    this.input.value = text;
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
  }

  async send(text) {
    if (!text.trim()) return;
    try {
      await post("/sim/message", { user_id: this.userId, text });
      if (this.input.value === text) this.input.value = "";
      this.log.scrollTop = this.log.scrollHeight;
    } catch (error) {
      toast(error.message);
    }
  }

  async toggleBlock() {
    try {
      await post(this.pane?.user?.blocked ? "/sim/unblock" : "/sim/block", { user_id: this.userId });
    } catch (error) {
      toast(error.message);
    }
  }
}

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "code", blockquote: "blockquote", expandable_blockquote: "blockquote" };

/** Text with Telegram's entities; offsets are UTF-16 units, as JavaScript counts. */
function styled(text, entities) {
  const whole = entities.filter((entity) => Number.isInteger(entity.offset) && Number.isInteger(entity.length));
  const cuts = [...new Set([0, text.length, ...whole.flatMap((entity) => [entity.offset, entity.offset + entity.length])])]
    .filter((cut) => cut >= 0 && cut <= text.length).sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from, at) => {
    const piece = text.slice(from, cuts[at + 1]);
    const around = whole.filter((entity) => entity.offset <= from && entity.offset + entity.length >= cuts[at + 1]);
    return around.reverse().reduce((inner, entity) => wrap(entity, inner), document.createTextNode(piece));
  });
}

function wrap(entity, inner) {
  if (entity.type === "text_link") return link(String(entity.url), inner);
  if (entity.type === "spoiler") return h("span", { class: "spoiler", tabindex: "0" }, inner);
  return TAGS[entity.type] ? h(TAGS[entity.type], {}, inner) : inner;
}
