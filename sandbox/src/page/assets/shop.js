// The shop: what is to be paid, what was bought, and the webhooks that came.
import { clock, h, keyed, link, money, post, toast } from "/element.js";

const TONE = { captured: "good", authorized: "odd", partially_captured: "good", refunded: "odd", partially_refunded: "odd",
  in_review: "odd", processing: "odd", asking: "odd", requires_action: "odd", unknown: "bad", declined: "bad", refused: "bad", expired: "bad", voided: "odd" };
const WORDS = { asking: "asking Aviso…", in_review: "held for review", processing: "waiting for the bank", requires_action: "waits for the buyer", refused: "refused by the API",
  unknown: "no answer", authorized: "reserved", captured: "paid", partially_refunded: "partly refunded", requires_payment_method: "declined, try another card" };
const REFUNDABLE = ["captured", "partially_captured", "partially_refunded"];

export class Shop {
  constructor(config, refund) {
    Object.assign(this, { config, refund });
    document.getElementById("title-shop").textContent = config.shop_name;
    document.getElementById("currency").textContent = config.currency;
    document.getElementById("cards").append(...config.cards.map((card, at) => this.card(card, at === 0)));
    document.getElementById("pay").addEventListener("submit", (event) => { event.preventDefault(); this.pay(); });
    document.getElementById("amount").addEventListener("input", () => this.label());
    this.label();
  }

  card(card, checked) {
    return h("label", { class: "card" },
      h("input", { type: "radio", name: "card", value: card.number, checked, "data-testid": `card-${card.number}` }),
      h("span", {}, h("span", { class: "number" }, card.number.replace(/(\d{4})(?=\d)/g, "$1 ")), h("span", { class: "caption" }, card.caption)),
      h("span", { class: `dot ${card.outcome}`, "aria-hidden": "true" }));
  }

  /** Minor units, or nothing when it is no amount. Digits, not floating point. */
  amount() {
    const digits = this.config.currency_digits;
    const match = document.getElementById("amount").value.trim().replace(",", ".").match(/^(\d{1,9})(?:\.(\d+))?$/);
    if (!match || (match[2] ?? "").length > digits) return null;
    const minor = Number(match[1] + (match[2] ?? "").padEnd(digits, "0"));
    return minor > 0 ? minor : null;
  }

  label() {
    const amount = this.amount();
    document.getElementById("pay-button").textContent = amount === null ? "Pay" : `Pay ${this.money(amount)}`;
  }

  money(minor) {
    return money(minor, this.config.currency, this.config.currency_digits);
  }

  async pay() {
    const error = document.getElementById("pay-error");
    const input = document.getElementById("amount");
    const amount = this.amount();
    input.setAttribute("aria-invalid", String(amount === null));
    error.textContent = amount === null ? `Type an amount such as ${this.money(1200)}.` : "";
    if (amount === null) return input.focus();
    const button = document.getElementById("pay-button");
    button.disabled = true;
    try {
      const card = document.querySelector("input[name=card]:checked").value;
      await post("/pay", { amount, card, reserve_only: document.getElementById("reserve").checked });
    } catch (failure) {
      error.textContent = failure.message;
    }
    button.disabled = false;
  }

  show(pane) {
    const told = (purchase) => pane.webhooks.filter((webhook) => purchase.payment_id && webhook.body?.data?.payment?.id === purchase.payment_id)
      .map(({ kind, verified }) => ({ kind, verified })).reverse();
    const purchases = pane.purchases.map((purchase) => ({ ...purchase, told: told(purchase) }));
    keyed(document.getElementById("purchases"), purchases, (purchase) => purchase.number, (purchase) => this.purchase(purchase),
      () => h("li", { class: "empty" }, "Nothing bought yet. Press ", h("b", {}, "Pay"), "."));
    keyed(document.getElementById("webhooks"), pane.webhooks, (webhook) => webhook.number, (webhook) => this.webhook(webhook),
      () => h("li", { class: "empty" }, "None yet."));
  }

  purchase(purchase) {
    const { payment, problem } = purchase;
    const reference = payment?.reference ?? payment?.id ?? purchase.payment_id;
    const why = problem?.detail ?? problem?.title ?? purchase.error ?? (payment?.decline ? `${payment.decline.code}: ${payment.decline.advice}` : null);
    const refunded = payment?.amount_refunded ? ` · ${this.money(payment.amount_refunded)} given back` : "";
    const actions = [];
    if (payment?.action && purchase.status === "requires_action") {
      actions.push(link(payment.action.url, "Confirm as the buyer", { "data-testid": "purchase-action" }));
    }
    if (reference && REFUNDABLE.includes(purchase.status)) {
      actions.push(h("button", { type: "button", class: "small", "data-testid": "purchase-refund", click: () => this.refund(reference) }, "Refund in staff chat"));
    }
    if (purchase.payment_id && purchase.status === "authorized") {
      actions.push(h("button", { type: "button", class: "small", "data-testid": "purchase-capture", click: (event) => this.capture(event.currentTarget, purchase.payment_id) }, "Take the money"));
    }
    return h("li", { "data-testid": "purchase", "data-status": purchase.status, "data-order-ref": purchase.order_ref, "data-payment-id": purchase.payment_id },
      h("div", { class: "row" }, h("span", { class: "big" }, this.money(purchase.amount)),
        h("span", { class: `badge ${TONE[purchase.status] ?? "odd"}`, "data-testid": "purchase-status" }, WORDS[purchase.status] ?? purchase.status.replaceAll("_", " "))),
      h("p", { class: "quiet" }, `${clock(purchase.at)} · •• ${purchase.card_last4} · order ${purchase.order_ref}${refunded}`),
      reference ? h("p", { class: "quiet" }, "reference ", h("code", { "data-testid": "purchase-reference" }, reference)) : null,
      why ? h("p", { class: "quiet", "data-testid": "purchase-why" }, why) : null,
      purchase.told.length ? h("p", { class: "told" }, purchase.told.map(({ kind, verified }) =>
        h("span", { class: verified ? "badge good" : "badge bad", "data-testid": "purchase-webhook" }, `${verified ? "✓" : "✗"} ${kind}`))) : null,
      actions.length ? h("div", { class: "actions" }, actions) : null);
  }

  async capture(button, paymentId) {
    button.disabled = true;
    try {
      await post("/capture", { payment_id: paymentId });
    } catch (error) {
      toast(error.message);
      button.disabled = false;
    }
  }

  webhook(webhook) {
    const mark = webhook.verified ? h("span", { class: "badge good" }, "✓ signature verified") : h("span", { class: "badge bad" }, `✗ ${String(webhook.distrust).replaceAll("_", " ")}`);
    return h("li", { "data-testid": "webhook", "data-kind": webhook.kind, "data-verified": String(webhook.verified) },
      h("div", { class: "row" }, h("b", {}, webhook.kind || "(no type)"), mark),
      h("p", { class: "quiet" }, clock(webhook.at), webhook.duplicate ? " · seen before" : ""),
      h("details", {}, h("summary", {}, "Body and headers"),
        h("pre", {}, `webhook-id: ${webhook.headers.id}\nwebhook-timestamp: ${webhook.headers.timestamp}\nwebhook-signature: ${webhook.headers.signature}\n\n${JSON.stringify(webhook.body, null, 2)}`)));
  }
}
