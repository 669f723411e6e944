// The mailbox: a list; an opened mail shows its HTML in a sandboxed frame, or its text.
import { clock, h, keyed, link } from "/element.js";

const open = new Map();

export function showMail(pane) {
  const list = document.getElementById("mails");
  document.getElementById("mail-sub").textContent = pane.count === 1 ? "1 mail by SMTP" : `${pane.count} mails by SMTP`;
  keyed(list, pane.mails, (mail) => mail.id, build, () => h("li", { class: "empty" }, "No mail yet."));
}

function build(mail) {
  const item = h("li", { "data-testid": "mail", "data-mail-id": mail.id });
  const toggle = h("button", { type: "button", class: "mail-open", "aria-expanded": "false", "data-testid": "mail-open", click: () => {
    open.set(mail.id, open.has(mail.id) ? undefined : "html");
    if (open.get(mail.id) === undefined) open.delete(mail.id);
    draw();
  } },
  h("b", { dir: "auto", "data-testid": "mail-subject" }, mail.subject || "(no subject)"),
  h("span", { class: "quiet", dir: "auto" }, `${clock(mail.at)} · to ${mail.to.join(", ")}`));
  const body = h("div", { class: "mail-body", hidden: true });
  item.append(toggle, body);

  function draw() {
    const view = open.get(mail.id);
    toggle.setAttribute("aria-expanded", String(Boolean(view)));
    body.hidden = !view;
    body.replaceChildren();
    if (!view) return;
    const asHtml = view === "html" && mail.has_html;
    const choose = (name, label, pressed) => h("button", { type: "button", class: "small", "aria-pressed": String(pressed), "data-testid": `mail-as-${name}`,
      click: () => { open.set(mail.id, name); draw(); } }, label);
    body.append(h("div", { class: "switch" }, mail.has_html ? choose("html", "HTML", asHtml) : null, choose("text", "Text", !asHtml),
      h("a", { class: "small", href: `/mail/${mail.id}/raw`, target: "_blank", rel: "noopener" }, "source")));
    body.append(asHtml
      ? h("iframe", { src: `/mail/${mail.id}/html`, sandbox: "allow-popups allow-popups-to-escape-sandbox", title: `Mail: ${mail.subject}`, "data-testid": "mail-frame" })
      : h("pre", { dir: "auto", "data-testid": "mail-text" }, mail.text ?? "(no text part)"));
    const files = mail.attachments.map((file) => h("span", {}, `📎 ${file.name || file.media_type} (${file.bytes} bytes)`));
    const links = mail.links.map((address) => link(address, address, { "data-testid": "mail-link" }));
    if (files.length + links.length) body.append(h("div", { class: "mail-links" }, files, links));
  }
  draw();
  return item;
}
