# The commands as menus show them, and how staff use theirs.

command-start = Begin
command-payments = My payments
command-language = Language
command-help = What I can do
command-privacy = What becomes of your data
command-cancel = Stop what we are doing
command-pay = A payment
command-find = Look for payments
command-why = Why it was decided so
command-review = What waits for a decision
command-status = How the hub is
command-refund = Give money back
command-list = Risk lists
command-block = Put on the block list
command-allow = Put on the allow list
command-audit = Who did what
command-settle = What the bank says of an overdue message
command-applications = Shops that wait for us
command-merchant = A shop on its way

usage-pay = /pay &lt;id, reference, order or last four&gt; – the card of a payment
usage-find = /find &lt;e-mail, reference, order or last four&gt; – up to ten payments
usage-why = /why &lt;payment&gt; – risk and bank, explained
usage-review = /review – payments that wait for a decision
usage-status = /status – queues and database
usage-refund = /refund &lt;payment&gt; [amount] [reason] – money back, asked twice
usage-list = /list – the lists; /list add &lt;trust, allow, block or gray&gt; &lt;card, email, ip, bin or country&gt; &lt;value&gt; &lt;reason&gt;
usage-block = /block &lt;attribute&gt; &lt;value&gt; [reason]
usage-allow = /allow &lt;attribute&gt; &lt;value&gt; [reason]
usage-audit = /audit [subject] – the last rows of the log
usage-settle = /settle &lt;op_…&gt; &lt;done or failed&gt; &lt;reason&gt; – writes down what the bank says of a message without an outcome
usage-applications = /applications – shops that wait for a step of ours
usage-merchant = /merchant &lt;mer_…&gt; [approve, decline, fee, suspend, resume, close or extend] [reason, number of the transfer, or days and reason]
