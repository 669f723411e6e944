# Letters about acting for a merchant.

member-invited =
    .subject = You are invited to the cabinet of { $shop }
    .title = You are invited to a merchant’s cabinet
    .lead = Somebody who runs the shop “{ $shop }” invites you to act for it. The button leads to a page where you accept; it works once, until { $until }. You need an account with this e-mail address.
    .next = If you do not know the shop, ignore this message: nothing happens.

member-added =
    .subject = You act for { $shop } now
    .title = You act for a merchant now
    .lead = Your account may now open the cabinet of the shop “{ $shop }”.
    .next = If you did not expect it, leave the shop on its members page.

member-changed =
    .subject = Your rights at { $shop } were changed
    .title = Your rights were changed
    .lead = What your account may do for the shop “{ $shop }” was changed. The cabinet shows what you may do now.
    .next = If you have questions, ask whoever keeps the members of the shop.

member-removed =
    .subject = You do not act for { $shop } any more
    .title = You do not act for this merchant any more
    .lead = Your account may not open the cabinet of the shop “{ $shop }” any more.
    .next = If you have questions, ask whoever keeps the members of the shop.
