// The strip at the top: how far the newest payment has come.

const TAKEN = ["authorized", "captured", "partially_captured", "refunded", "partially_refunded"];
const FAILED_AT_BANK = ["declined", "requires_payment_method", "expired"];

export function showSteps(pane) {
  const newest = pane.purchases[0];
  const mark = ["", "", "", "", ""];
  if (newest) {
    const { status } = newest;
    const code = newest.payment?.decline?.code ?? newest.problem?.code ?? "";
    const told = pane.webhooks.some((webhook) => webhook.accepted && webhook.body?.data?.payment?.id === newest.payment_id);
    mark[0] = status === "refused" || status === "unknown" ? "failed" : "done";
    if (status === "asking") mark[1] = "now";
    if (status === "in_review") mark[1] = "now";
    if (status === "processing") { mark[1] = "done"; mark[2] = "now"; }
    if (TAKEN.includes(status)) { mark[1] = "done"; mark[2] = "done"; }
    if (FAILED_AT_BANK.includes(status)) {
      const byUs = code === "risk_blocked" || code === "review_rejected";
      mark[1] = byUs ? "failed" : "done";
      if (!byUs) mark[2] = "failed";
    }
    if (told) mark[3] = "done";
    if (status.endsWith("refunded")) mark[4] = "done";
  }
  document.querySelectorAll("#steps li").forEach((item, at) => {
    item.className = mark[at];
    if (mark[at] === "now") item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current");
  });
}
