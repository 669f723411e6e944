# Saved cards and mandates: notices and the list.

card-saved =
    <b>Card saved</b>{ $test }
    <b>{ $shop }</b> keeps your card •• { $last4 } for later payments. The security code is not kept: paying with it asks for the code again.
    You can take it away at any time with /cards.
card-removed =
    <b>Card taken away</b>{ $test }
    <b>{ $shop }</b> no longer keeps your card •• { $last4 }. Its number was erased; nothing can be paid with it there.
card-expired =
    <b>Saved card expired</b>{ $test }
    Your card •• { $last4 } is past its date. <b>{ $shop }</b> no longer keeps it. To go on, pay with your new card and agree that it is saved.
card-expiring =
    <b>A saved card expires soon</b>{ $test }
    Your card •• { $last4 } at <b>{ $shop }</b> is valid until { $until }. When your bank sends a new one, pay with it and agree that it is saved.
mandate-created =
    <b>You agreed to recurring payments</b>{ $test }
    <b>{ $shop }</b> may charge your card •• { $last4 } from { $min } to { $max }, at most once in { $days } days, until { $until }.
    I tell you of every charge. To stop it, take the card away with /cards or write to the shop.
mandate-ended =
    <b>Recurring payments ended</b>{ $test }
    <b>{ $shop }</b> can no longer charge your card •• { $last4 } by itself. There is nothing to do.

command-cards = My saved cards
cards-title = <b>Your saved cards</b>: { $count }
cards-line = { $brand } •• { $last4 } · { $expiry } · { $shop }{ $frozen }{ $test }
cards-frozen = {" "}· blocked
cards-none =
    <b>No saved cards</b>
    When you agree that a shop keeps your card, it appears here.
key-card-remove = Take away •• { $last4 } ({ $shop })
card-remove-question =
    <b>Take this card away?</b>
    { $brand } •• { $last4 } at { $shop }. Its number is erased, and recurring payments with it end. It cannot be undone; you can save the card again when you pay.
key-card-remove-sure = Yes, take it away
card-remove-done =
    <b>Taken away</b>
    { $shop } no longer keeps your card •• { $last4 }.
toast-card-gone = This card is not among yours any more.
