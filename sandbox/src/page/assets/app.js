// Wires the panes to the stream of changes.
import { Chat } from "/chat.js";
import { link } from "/element.js";
import { showMail } from "/mail.js";
import { Shop } from "/shop.js";
import { showSteps } from "/steps.js";

const config = await (await fetch("/config")).json();
const buyer = new Chat("buyer", "Buyer's chat", config.buyer_user_id, `@${config.bot_username}`);
const staff = new Chat("staff", "Staff chat", config.staff_user_id, `@${config.bot_username}`);
const shop = new Shop(config, (reference) => {
  select("staff");
  staff.draft(config.refund_command.replaceAll("{reference}", reference));
});
const shown = {
  shop: (pane) => { shop.show(pane); showSteps(pane); },
  buyer: (pane) => buyer.show(pane),
  staff: (pane) => staff.show(pane),
  mail: showMail,
};

const links = document.getElementById("links");
links.append(...config.links.map((page) => link(page.url, page.label)));
links.hidden = config.links.length === 0;

function select(name) {
  document.body.dataset.pane = name;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    const current = tab.dataset.tab === name;
    tab.setAttribute("aria-current", String(current));
    if (current) tab.classList.remove("unread");
  }
  for (const chat of [buyer, staff]) if (chat.name === name) chat.log.scrollTop = chat.log.scrollHeight;
}
for (const tab of document.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => select(tab.dataset.tab));
const asked = new URLSearchParams(location.search).get("pane");
select(asked in shown ? asked : "shop");

const live = document.getElementById("live");
const events = new EventSource("/events");
events.addEventListener("open", () => { live.textContent = "live"; live.classList.add("on"); });
events.addEventListener("error", () => { live.textContent = "not connected, trying again…"; live.classList.remove("on"); });
const seen = new Set();
for (const [name, show] of Object.entries(shown)) {
  events.addEventListener(name, (event) => {
    show(JSON.parse(event.data));
    if (seen.has(name) && document.body.dataset.pane !== name) document.querySelector(`[data-tab=${name}]`).classList.add("unread");
    seen.add(name);
  });
}
