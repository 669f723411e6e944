# Letters with a link to pay.

bill-created =
    .subject = { $shop } asks you to pay { $amount }
    .title = A bill from { $shop }
    .lead = The shop “{ $shop }” asks you to pay { $amount }. The button opens a page of ours where you can pay by card.
    .next = You can pay until { $until }, once: whoever pays first pays for everybody who has the link. If you ordered nothing there, do nothing.
