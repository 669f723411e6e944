# Letters to a buyer about saved cards and recurring payments.

card-saved =
    .subject = { $shop } keeps your card •• { $last4 }
    .title = Card saved
    .lead = The shop “{ $shop }” keeps your card •• { $last4 } for later payments, as you agreed. The security code is not kept: paying with the card asks for it again.
    .next = If you did not agree to this, write to the shop, which can take the card away at any time.

card-removed =
    .subject = { $shop } no longer keeps your card •• { $last4 }
    .title = Card taken away
    .lead = The shop “{ $shop }” no longer keeps your card •• { $last4 }. Its number was erased; nothing can be paid with it there.
    .next = There is nothing to do. You can save the card again the next time you pay.

card-expired =
    .subject = Your saved card •• { $last4 } has expired
    .title = Saved card expired
    .lead = Your card •• { $last4 } is past its date. The shop “{ $shop }” no longer keeps it.
    .next = To go on, pay with your new card and agree that it is saved.

card-expiring =
    .subject = Your saved card •• { $last4 } expires soon
    .title = A saved card expires soon
    .lead = Your card •• { $last4 }, which the shop “{ $shop }” keeps for you, is valid until { $until }.
    .next = When your bank sends a new one, pay with it once and agree that it is saved.

mandate-created =
    .subject = You agreed to recurring payments to { $shop }
    .title = Recurring payments agreed
    .lead = The shop “{ $shop }” may charge your card •• { $last4 } from { $min } to { $max }, at most once in { $days } days, until { $until }.
    .next = We write to you of every charge. To stop it, write to the shop, or take the card away with /cards in our bot.

mandate-ended =
    .subject = Recurring payments to { $shop } ended
    .title = Recurring payments ended
    .lead = The shop “{ $shop }” can no longer charge your card •• { $last4 } by itself.
    .next = There is nothing to do. If you expected otherwise, write to the shop.

